"""Cases, evidence and outbox in SQLite or PostgreSQL; the only package that knows SQLAlchemy."""

from bot.storage.cipher import KeyFileError, Keyring
from bot.storage.engine import StoreUnavailableError, anchored_url, unmade_file
from bot.storage.personal import Place
from bot.storage.records import Record
from bot.storage.signing import Signer
from bot.storage.store import Store, Transaction

__all__ = [
    "KeyFileError",
    "Keyring",
    "Place",
    "Record",
    "Signer",
    "Store",
    "StoreUnavailableError",
    "Transaction",
    "anchored_url",
    "unmade_file",
]
