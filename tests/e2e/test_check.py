"""`run.py check` looks at the files that people edit, the database, and what servers chose."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.check import diagnose
from bot.services.choices import PolicySettings
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.storage import Signer, Store
from tests.e2e.conftest import Build
from tests.e2e.town import KEYRING, Town

ROOT = Path(__file__).parent.parent.parent
_TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4OQ", "GabcDE", "a1B2" * 8))


def _configured(town: Town, **policy: Any) -> Path:
    path = town.folder / "config.yaml"
    path.write_text(yaml.safe_dump(town.written(**policy)), "utf-8")
    return path


async def _choose(town: Town, **choices: Any) -> Store:
    store = Store(town.database_url, KEYRING)
    await store.migrate()
    settings = Settings(store, Policies(PolicySettings(), {}), changed=lambda _: None)
    await settings.change(town.server.id, choices, by=town.owner.id)
    return store


async def test_stored_settings_that_no_longer_hold_are_named(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        store = await _choose(town, alert_channel="42", ping_role="43", ignored_channels=["44"])
        async with store.transaction() as tx:
            old = await tx.settings.locked(town.server.id)
            spoilt = {**old.choices, "advice": "carrier pigeon"}
            await tx.settings.put(old, spoilt, by=1, keys=["advice"])
        await store.close()
        path = _configured(town, moderator_roles=["Nobody"])
        found = await diagnose(path, {"NOTALONE_TOKEN": _TOKEN})

    named = "which the stored setting {} names: type /setup settings there"
    assert found.problems == [
        (
            "I cannot alert the moderators of Harbour. Why: there is no text channel 42. To mend "
            "it: type /setup start in the server. It makes the channel or lets you choose one. "
            "(You need the permission Manage Server.) Until then I do not screen messages there."
        ),
        (
            "server Harbour: a stored setting cannot be used: "
            "advice: must be 'dm', 'button' or 'moderator'"
        ),
        "server Harbour: there is no role 'Nobody', which the configuration names",
        f"server Harbour: there is no role '43', {named.format('ping_role')}",
        f"server Harbour: there is no channel '44', {named.format('ignored_channels')}",
    ]


async def test_what_a_server_chose_goes_before_the_configuration(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        store = await _choose(town, alert_channel=str(town.alerts.id))
        await store.close()
        path = _configured(town, alert_channel="nowhere")
        found = await diagnose(path, {"NOTALONE_TOKEN": _TOKEN})

    assert found.problems == []


async def test_a_forum_for_cases_that_cannot_be_used_is_named(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        town.server.create_channel("archive", kind="forum")
        town.server.create_channel("closed", kind="forum", visible_to=[town.moderators])
        found = {
            name: (await diagnose(_configured(town, case_forum=name), {"NOTALONE_TOKEN": _TOKEN}))
            for name in ("archive", "closed", "general")
        }

    named = "which the configuration names"
    assert found["archive"].problems == [
        f"server Harbour: everyone can see the forum 'archive', {named}"
    ]
    (closed,) = found["closed"].problems
    assert closed == (
        f"server Harbour: the bot may not work in the forum 'closed', {named}: give it "
        "View Channel, Send Messages, Read Message History, Send Messages in Threads there"
    )
    assert found["general"].problems == [
        f"server Harbour: there is a channel that is no forum, 'general', {named}"
    ]


async def test_a_name_that_several_bear_is_named_with_what_to_write(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        town.server.create_role("Moderators")
        for _ in range(2):
            town.server.create_channel("cases", kind="forum", visible_to=[town.moderators])
            town.server.create_channel("memes")
        town.server.create_channel("cases")
        path = _configured(town, case_forum="cases", ignored_channels=["memes"])
        found = await diagnose(path, {"NOTALONE_TOKEN": _TOKEN})

    write = "which the configuration names: write the identifier of the one that is meant"
    assert found.problems == [
        f"server Harbour: several roles are called 'Moderators', {write}",
        f"server Harbour: several channels are called 'cases', {write}",
    ]


async def test_a_forum_is_found_beside_a_channel_of_its_name(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        town.server.create_channel("cases")
        town.server.create_channel("cases", kind="forum", visible_to=[town.sandbox.bot])
        path = _configured(town, case_forum="cases")
        found = await diagnose(path, {"NOTALONE_TOKEN": _TOKEN})

    assert found.problems == []


async def test_a_database_that_is_not_up_to_date_is_named(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        (town.folder / "notalone.db").touch()
        found = await diagnose(_configured(town), {"NOTALONE_TOKEN": _TOKEN})

    assert found.problems == []
    not_looked_at = (
        "the database is not brought up to date yet, so what servers chose with /setup was not "
        "looked at: the next start does that, or `python run.py db upgrade`"
    )
    assert not_looked_at in found.warnings


async def test_the_fingerprint_is_shown_whatever_a_server_lacks(build: Build) -> None:
    async with build(token=_TOKEN) as town:
        path = _configured(town, alert_channel="nowhere")
        signer = Signer.load_or_create(town.folder / "data" / "notalone-signing.key")
        checking = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "run.py"), "--config", str(path), "check"),
            env=os.environ | {"NOTALONE_TOKEN": _TOKEN},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await checking.communicate()

    assert checking.returncode == 2
    assert b"I cannot alert the moderators of Harbour." in err
    key = "Exports are signed by the key with this fingerprint"
    assert out.decode().splitlines() == [f"{key}: {signer.fingerprint}"]


@pytest.mark.parametrize("command", [["check"], []])
def test_an_edited_file_that_is_wrong_is_named_and_nothing_is_tried_again(
    tmp_path: Path, command: list[str]
) -> None:
    for name in ("bot", "cogs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name in ("run.py", "config.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    services = tmp_path / "bot" / "advice" / "resources.yaml"
    services.write_text(services.read_text("utf-8") + "\nmagic: 1\n", "utf-8")

    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "run.py", *command],
        cwd=tmp_path,
        env=os.environ | {"NOTALONE_TOKEN": _TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2  # the service is not started again
    assert done.stderr.splitlines()[0].startswith("resources.yaml: magic: ")
    assert "Traceback" not in done.stderr
