"""The bundle in which a case is handed to someone: how it is built, and how it is verified."""

from bot.bundle.build import build_bundle, file_name
from bot.bundle.unpacking import UnreadableBundleError
from bot.bundle.verify import Verdict, verify_bundle

__all__ = ["UnreadableBundleError", "Verdict", "build_bundle", "file_name", "verify_bundle"]
