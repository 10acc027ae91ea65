"""What is wrong with an installation, and how to mend it; changes nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.advice import AdviceFileError, load_resources, load_texts
from bot.app import point_to
from bot.config import Config, ConfigError, load_config, read_token
from bot.detection import CatalogueError, load_detector
from bot.detection.learned import ModelError
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.storage import (
    KeyFileError,
    Keyring,
    Signer,
    Store,
    StoreUnavailableError,
    unmade_file,
)
from bot.transport.inspection import inspect_servers


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found: problems keep the bot from its work, the others do not."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def diagnose(path: Path, environment: Mapping[str, str]) -> Diagnosis:
    """Look at the configuration, the project's own files, key, database, token and servers."""
    found = Diagnosis()
    try:
        config = load_config(path)
    except ConfigError as error:
        found.problems.extend(error.problems)
        return found
    _look_at_files(found)
    if found.problems:
        return found
    policies = Policies(config.defaults, config.servers)
    await _look_at_storage(config, policies, found)
    _look_at_signing_key(config.database.signing_key_file, found)
    await _look_at_discord(config, policies, environment, found)
    return found


def _look_at_files(found: Diagnosis) -> None:
    """The texts, rules, model and list of services, which may be edited as well."""
    try:
        load_texts()
        load_detector()
        found.warnings.extend(load_resources().warnings(datetime.now(UTC).date()))
    except (AdviceFileError, CatalogueError, ModelError) as error:
        found.problems.append(str(error))


async def _look_at_storage(config: Config, policies: Policies, found: Diagnosis) -> None:
    key_file, url = config.database.key_file, config.database.url
    unmade = unmade_file(url)
    if unmade is not None:
        _look_at_folder(unmade, found)
        return
    store = None
    try:
        store = Store(url, Keyring.load(key_file) if key_file.exists() else Keyring.throwaway())
        condition = await store.condition()
        if condition.is_newer:
            found.problems.append(
                "the database belongs to a newer version of the bot: update the bot"
            )
        elif condition.cases and not key_file.exists():
            found.problems.append(
                f"{key_file}: the key file is missing, but the database holds {condition.cases} "
                "cases that it encrypts: put it back from your copy"
            )
        elif condition.cases:
            await store.check_key()
        if await store.is_current():
            await Settings(store, policies, changed=lambda _: None).load()
        elif not condition.is_newer:
            found.warnings.append(
                "the database is not brought up to date yet, so what servers chose with /setup was "
                "not looked at: the next start does that, or `python run.py db upgrade`"
            )
    except KeyFileError as error:
        found.problems.append(str(error))
    except StoreUnavailableError as error:
        found.problems.append(
            f"{error}: check that database.url is right and that this account may write there"
        )
    finally:
        if store is not None:
            await store.close()


def _look_at_signing_key(path: Path, found: Diagnosis) -> None:
    """Say by which key exports are signed; it is made at the first start."""
    if not path.exists():
        return
    try:
        fingerprint = Signer.load_or_create(path).fingerprint
    except KeyFileError as error:
        found.problems.append(str(error))
    else:
        found.notes.append(f"Exports are signed by the key with this fingerprint: {fingerprint}")


def _look_at_folder(unmade: Path, found: Diagnosis) -> None:
    """Before the first start: whether the database can be made where it is wanted."""
    folder = next(parent for parent in unmade.parents if parent.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        found.problems.append(
            f"{unmade}: the database cannot be made, this account may not write in {folder}"
        )


async def _look_at_discord(
    config: Config, policies: Policies, environment: Mapping[str, str], found: Diagnosis
) -> None:
    try:
        token = read_token(config, environment)
    except ConfigError as error:
        found.problems.extend(error.problems)
        return
    point_to(config)
    found.problems.extend(
        await inspect_servers(
            token,
            policies=policies,
            language=load_texts().get("en"),
            expected=list(config.servers),
        )
    )
