"""/setup as an administrator meets it: step by step, tried out, and refused to everybody else."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from bot.sandbox import Answer, Channel, Message, Permission, Person, SandboxError
from bot.services.choices import PolicySettings
from bot.services.policies import Policies
from bot.services.settings import Settings
from bot.storage import Store
from bot.transport.setup_pages import STEPS
from tests.e2e.town import KEYRING, OTHER_THREAT, Town

_REFUSED = (
    "This is for those who may manage the server. Ask someone who has the permission Manage Server."
)
_PRIVATE = "Make a private one for me"
_LANGUAGES = "na:setup:set:language:0"


def page_of(answer: Answer) -> Message:
    """The page that is shown."""
    message = answer.message
    assert message is not None
    assert message.ephemeral
    return message


async def setting_page(town: Town, key: str, person: Person | None = None) -> Message:
    """A setting's page, reached over the list of all."""
    who = person or town.owner
    page = page_of(await who.runs("setup settings", channel=town.general))
    await who.selects(page, "Which setting?", [key])
    return page


async def _go_on(person: Person, page: Message, title: str) -> None:
    """Press *Next* until the step of that title."""
    for _ in STEPS:
        if page.text.splitlines()[0].endswith(f" · {title}"):
            return
        await person.presses(page, "Next")
    raise AssertionError(f"no step {title!r}")


def stored(town: Town) -> dict[str, object]:
    return dict(town.bot.bot.parts.policies.stored(town.server.id))


def _may_make_channels(town: Town) -> None:
    role = town.server.bot_role
    assert role is not None
    town.server.set_permissions(role, role.permissions | Permission.MANAGE_CHANNELS)


def _line(page: Message, start: str) -> str:
    return next(line for line in page.text.splitlines() if line.startswith(start))


async def test_a_server_is_set_up_step_by_step_and_watched_at_the_end(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.delete()
    _may_make_channels(town)
    await town.start(armed=False, moderator_roles=[])
    olga = town.owner
    (told,) = await town.sandbox.wait_for(olga.direct_messages)
    assert "To mend it: type /setup start in the server." in told.text

    page = page_of(await olga.runs("setup start", channel=town.general))
    assert page.text.startswith(f"### Setting up · step 1 of {len(STEPS)} · Moderators")
    assert "**Now:** no role (as whoever runs the bot set it)" in page.text
    await olga.selects(page, "Choose a role", [town.moderators])
    assert f"**Now:** {town.moderators.mention} (chosen in this server)" in page.text

    await _go_on(olga, page, "Alert channel")
    await olga.presses(page, _PRIVATE)
    made = town.server.channel("notalone-alerts")
    assert f"Made {made.mention}." in page.text
    seeing = [p.name for p in (olga, town.mo, town.ava, town.sam) if made.visible_to(p)]
    assert seeing == ["olga", "mo"]
    await town.armed()

    await _go_on(olga, page, "Urgent ping")
    await olga.selects(page, "Choose a role", [town.moderators])
    await _go_on(olga, page, "How advice is delivered")
    await olga.selects(page, "Choose", ["moderator"])
    await _go_on(olga, page, "Language")
    await olga.selects(page, _LANGUAGES, ["English"])
    await _go_on(olga, page, "Dry run")
    await olga.presses(page, "Test everything")

    (trial,) = town.written_in(made)
    assert [line.partition(" ")[0] for line in page.text.splitlines()[1:-1]] == ["✅"] * 7
    assert trial.content == (
        "This is a test alert. Alerts will appear here. Nobody was pinged. "
        "You may delete this message."
    )
    assert str(trial.id) in page.text
    assert page.text.splitlines()[-1].startswith("**This server is watched.**")
    assert trial.pings == frozenset()
    assert stored(town) == {
        "moderator_roles": [str(town.moderators.id)],
        "alert_channel": str(made.id),
        "ping_role": str(town.moderators.id),
        "advice": "moderator",
        "language": "en",
    }
    assert town.sandbox.media_requests == []

    await town.settled(await town.threatens())
    (alert,) = town.alert_messages(made)[1:]
    assert "not sent, as this server chose." in alert.text
    assert town.mo in alert.pings


async def test_what_was_chosen_survives_a_restart_and_so_do_the_pages(town: Town) -> None:
    page = await setting_page(town, "advice")
    await town.owner.selects(page, "Choose", ["moderator"])
    await town.restart(advice="dm")

    await town.settled(await town.threatens())
    assert town.advised() == {}
    await town.owner.presses(page, "Use the default")
    assert "**Now:** Private message from the bot, at once" in page.text
    assert _line(page, "-# Last changed by").startswith(f"-# Last changed by {town.owner.mention}")
    await town.settled(await town.threatens(OTHER_THREAT, target=town.kim))
    assert town.advised() == {"kim": 1}


async def test_a_form_that_was_opened_before_a_restart_is_taken(town: Town) -> None:
    page = await setting_page(town, "many_targets")
    form = await town.owner.presses(page, "Write a value")
    await town.restart()
    await town.owner.submits(form, {"New value": "5"})

    assert "**Now:** 5 (chosen in this server)" in page.text
    assert stored(town) == {"many_targets": 5}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("99", "Not saved: many_targets: must be less than or equal to 20"),
        ("many", "That is not a whole number."),
        ("", "That is not a whole number."),
    ],
)
async def test_a_value_that_cannot_be_is_refused(town: Town, written: str, said: str) -> None:
    page = await setting_page(town, "many_targets")
    form = await town.owner.presses(page, "Write a value")
    await town.owner.submits(form, {"New value": written})

    assert page.text.splitlines()[-1] == said
    assert stored(town) == {}


# -- who may ---------------------------------------------------------------------------------------


async def test_only_administrators_are_offered_setup(town: Town) -> None:
    refused = []
    for person in (town.mo, town.ava, town.leo, town.sam):
        for command in ("start", "settings", "export", "import"):
            with pytest.raises(SandboxError, match="is not offered 'setup'"):
                await person.runs(f"setup {command}", channel=town.general)
            refused.append(person.name)
    assert len(refused) == 16


_Press = Callable[[Person, Message], Awaitable[Answer]]
_PRESSES: dict[str, tuple[str, _Press]] = {
    "page": ("advice", lambda who, page: who.presses(page, "All settings")),
    "menu of settings": ("", lambda who, page: who.selects(page, "Which setting?", ["webhooks"])),
    "choice": ("advice", lambda who, page: who.selects(page, "Choose", ["button"])),
    "private channel": ("alert_channel", lambda who, page: who.presses(page, _PRIVATE)),
    "write": ("many_targets", lambda who, page: who.presses(page, "Write a value")),
    "test": ("", lambda who, page: who.presses(page, "Test everything")),
    "reset": ("disclosures", lambda who, page: who.presses(page, "Use the default")),
}


@pytest.mark.parametrize("restarted", [False, True], ids=["running", "restarted"])
async def test_whoever_lost_the_permission_is_refused_at_every_control_and_form(
    town: Town,
    *,
    restarted: bool,
) -> None:
    managers = town.server.create_role("Managers", permissions=Permission.MANAGE_GUILD)
    ann = town.server.join("ann", roles=[managers])
    page = await setting_page(town, "disclosures", ann)
    await ann.selects(page, "Choose", ["nothing"])
    pages = {key: await setting_page(town, key, ann) for key, _ in _PRESSES.values() if key}
    pages[""] = page_of(await ann.runs("setup settings", channel=town.general))
    forms = [
        (await ann.presses(pages["many_targets"], "Write a value"), {"New value": "5"}),
        (await ann.runs("setup import", channel=town.general), {"yaml": "advice: button"}),
    ]
    before = stored(town)
    town.server.take_role(ann, managers)
    if restarted:
        await town.restart()

    answers = {name: await press(ann, pages[key]) for name, (key, press) in _PRESSES.items()}
    answers |= {str(n): await ann.submits(*form) for n, form in enumerate(forms)}

    said = {name: answer.messages[-1].text for name, answer in answers.items()}
    assert said == dict.fromkeys(said, _REFUSED)
    assert stored(town) == before == {"disclosures": "nothing"}
    assert town.alert_messages() == []


# -- the alert channel -----------------------------------------------------------------------------


async def test_a_channel_that_everyone_can_read_is_refused(town: Town) -> None:
    page = await setting_page(town, "alert_channel")
    await town.owner.selects(page, "Choose a channel", [town.general])

    assert f"Not saved: everyone can read {town.general.mention}." in page.text
    assert stored(town) == {}


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("forum", "Not saved: everyone can see the forum {channel}. Cases say who was threatened"),
        ("text", "Not saved: {channel} is not a forum."),
    ],
)
async def test_cases_go_to_no_forum_that_everyone_can_see(town: Town, kind: str, said: str) -> None:
    place = town.server.create_channel("cases", kind=kind)
    page = await setting_page(town, "case_forum")
    await town.owner.selects(page, "Choose a channel", [place])

    assert said.format(channel=place.mention) in page.text
    assert stored(town) == {}


async def test_a_channel_in_which_the_bot_may_not_work_is_refused_with_the_click(
    town: Town,
) -> None:
    silent = town.server.create_channel("silent", visible_to=[town.moderators, town.sandbox.bot])
    silent.allow(
        town.sandbox.bot, allow=Permission.VIEW_CHANNEL, deny=Permission.READ_MESSAGE_HISTORY
    )
    page = await setting_page(town, "alert_channel")
    await town.owner.selects(page, "Choose a channel", [silent])

    assert "What is missing: Read Message History." in page.text
    assert (
        f"gear beside {silent.mention} → Permissions → Advanced permissions → NotAlone → "
        "green tick at: Read Message History → Save Changes"
    ) in page.text
    silent.allow(town.sandbox.bot, allow=Permission.VIEW_CHANNEL)
    await town.owner.selects(page, "Choose a channel", [silent])
    assert stored(town) == {"alert_channel": str(silent.id)}


async def test_without_the_permission_the_way_to_make_a_channel_is_told(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.delete()
    await town.start(armed=False)
    page = await setting_page(town, "alert_channel")
    await town.owner.presses(page, _PRIVATE)

    assert (
        "Server Settings → Roles → NotAlone → Permissions → Manage Channels → Save Changes"
    ) in page.text
    _may_make_channels(town)
    await town.owner.presses(page, _PRIVATE)
    await town.armed()


async def test_two_who_ask_at_once_get_one_private_channel(quiet_town: Town) -> None:
    town = quiet_town
    town.alerts.delete()
    _may_make_channels(town)
    await town.start(armed=False)
    pages = [await setting_page(town, "alert_channel") for _ in range(2)]
    await asyncio.gather(*(town.owner.presses(page, _PRIVATE) for page in pages))

    made = [c for c in town.server.channels.values() if c.name == "notalone-alerts"]
    assert len(made) == 1
    said = sorted(page.text.splitlines()[-1].partition(" ")[0] for page in pages)
    assert said == sorted([made[0].mention, "Made"])


async def test_everyone_cannot_be_moderators(town: Town) -> None:
    page = await setting_page(town, "moderator_roles")
    await town.owner.selects(page, "Choose a role", [town.moderators, town.server.everyone])

    assert page.text.splitlines()[-1].startswith("Not saved: @everyone is not a role for this.")
    assert stored(town) == {}


# -- the test --------------------------------------------------------------------------------------


async def test_the_trial_names_what_is_missing_with_the_click_that_mends_it(
    quiet_town: Town,
) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    closed = town.server.create_channel("lounge")
    closed.deny(town.sandbox.bot)
    town.alerts.allow(
        town.sandbox.bot,
        allow=Permission.VIEW_CHANNEL,
        deny=Permission.SEND_MESSAGES | Permission.CREATE_PRIVATE_THREADS,
    )
    town.alerts.deny(town.moderators)
    page = page_of(await town.owner.runs("setup settings", channel=town.general))
    await town.owner.presses(page, "Test everything")

    marks = [line.partition(" ")[0] for line in page.text.splitlines()[1:-1]]
    assert marks == ["✅", "❌", "⚠️", "⚠️", "⚠️", "⚠️"]
    gear = f"gear beside {town.alerts.mention} → Permissions → Advanced permissions → NotAlone"
    assert f"{gear} → green tick at: Send Messages → Save Changes" in _line(page, "❌")
    assert f"{gear} → green tick at: Create Private Threads → Save" in page.text
    assert f"These roles cannot see {town.alerts.mention}: {town.moderators.mention}." in page.text
    assert f"I cannot read {closed.mention}." in page.text
    assert page.text.splitlines()[-1].startswith("**Something is missing.**")

    town.alerts.allow(town.sandbox.bot, allow=Permission.VIEW_CHANNEL)
    town.alerts.allow(town.moderators, allow=Permission.VIEW_CHANNEL)
    closed.allow(town.server.everyone, allow=Permission.VIEW_CHANNEL)
    closed.allow(town.sandbox.bot, allow=Permission.VIEW_CHANNEL)
    await town.owner.presses(page, "Test again")
    assert {line.partition(" ")[0] for line in page.text.splitlines()[1:-1]} == {"✅"}
    assert [thread.archived for thread in town.server.threads.values()] == [True]


async def test_the_trial_names_what_was_chosen_and_is_gone(town: Town) -> None:
    await town.bot.settings.change(town.server.id, {"ping_role": "42"}, by=town.owner.id)
    page = page_of(await town.owner.runs("setup settings", channel=town.general))
    await town.owner.presses(page, "Test everything")

    assert _line(page, "⚠️").startswith("⚠️ Urgent ping: `42` does not exist any more")


async def test_discord_failing_during_the_trial_is_told(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(case_threads="thread")
    page = page_of(await town.owner.runs("setup settings", channel=town.general))
    town.sandbox.faults.fail(method="POST", path=r"/threads$", status=400, code=50035)
    await town.owner.presses(page, "Test everything")

    assert "Discord failed meanwhile (HTTPException)" in _line(page, "❌")


# -- export and import -----------------------------------------------------------------------------


async def imported(town: Town, written: str) -> str:
    form = await town.owner.runs("setup import", channel=town.general)
    answer = await town.owner.submits(form, {"yaml": written})
    assert answer.ephemeral
    return answer.text


async def test_what_is_exported_can_be_imported(town: Town) -> None:
    nothing = await town.owner.runs("setup export", channel=town.general)
    assert nothing.text.startswith("Nothing was chosen in this server yet")
    page = await setting_page(town, "ignored_channels")
    await town.owner.selects(page, "Choose a channel", [town.general])
    page = await setting_page(town, "advice")
    await town.owner.selects(page, "Choose", ["button"])
    chosen = stored(town)
    exported = await town.owner.runs("setup export", channel=town.general)
    (written,) = re.findall(r"```yaml\n(.*)```", exported.text, re.DOTALL)

    assert exported.ephemeral
    assert await imported(town, "webhooks: true\nmany_targets: 2") == (
        "Imported. What changed: How advice is delivered, Channels not screened, "
        "Most people at once, Screen webhooks."
    )
    assert stored(town) == {"webhooks": True, "many_targets": 2}
    await imported(town, written)
    assert stored(town) == chosen
    assert await imported(town, written) == "Nothing changed: it was like that already."
    as_a_phone_copies_it = exported.text
    assert (await imported(town, as_a_phone_copies_it)).startswith("Nothing changed:")


async def test_a_long_list_is_shortened_where_it_is_shown(town: Town) -> None:
    names = [town.server.create_channel(f"room-{n}").name for n in range(60)]
    assert (await imported(town, f"ignored_channels: {names}")).startswith("Imported.")
    page = page_of(await town.owner.runs("setup settings", channel=town.general))

    assert _line(page, "- **Channels not screened**").endswith(" +50")


async def test_an_import_is_taken_as_a_whole_or_not_at_all(town: Town) -> None:
    assert await imported(town, "advice: button\nmany_targets: 99\nadvise: dm") == (
        "Not saved: many_targets: must be less than or equal to 20\n"
        "advise: there is no such key; did you mean 'advice'?"
    )
    assert await imported(town, "advice: button\nalert_channel: general") == (
        f"Not saved: everyone can read {town.general.mention}. Alerts say who was threatened, so "
        "only moderators may see them. Choose another channel, press **Make a private one for "
        f"me**, or close it: **gear beside {town.general.mention} → Permissions → turn on Private "
        "Channel, then add the moderators' role and NotAlone**."
    )
    assert await imported(town, "moderator_roles: ['@everyone']") == (
        "Not saved: @everyone is not a role for this. Choose a role that only some people have."
    )
    assert await imported(town, "ping_role: '42'") == (
        "Not saved: there is no role `42` in this server."
    )
    assert await imported(town, "alert_channel: [") == (
        "Not saved: line 1: not valid YAML "
        "(while parsing a flow node: did not find expected node content)"
    )
    assert stored(town) == {}


async def test_a_bomb_of_aliases_is_refused_at_once(town: Town) -> None:
    """Written out, these 400 characters would fill any memory, and the bot would hear nobody."""
    lists = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    bomb = "\n".join(("a0: &a0 [x]", *lists, "quiet_hours: *a11"))

    assert await imported(town, bomb) == (
        "Not saved: line 2: not valid YAML (aliases (*) cannot be used here; "
        "write the value out, or in quotes)"
    )
    assert stored(town) == {}


# -- what is lost, and what is away ----------------------------------------------------------------


async def test_a_deleted_role_is_told_to_the_owner_and_chosen_anew(town: Town) -> None:
    page = await setting_page(town, "moderator_roles")
    await town.owner.selects(page, "Choose a role", [town.moderators])
    town.server.delete_role(town.moderators)
    (notice,) = await town.sandbox.wait_for(town.owner.direct_messages)
    assert "Settings that need your care: Moderators." in notice.text

    fresh = town.server.create_role("Stewards")
    town.server.give_role(town.mo, fresh)
    page = await setting_page(town, "moderator_roles")
    assert f"**Now:** `{town.moderators.id}` (does not exist)" in page.text
    await town.owner.selects(page, "Choose a role", [fresh])
    status = await town.mo.runs("status", channel=town.general)
    assert f"- Moderators: {fresh.mention}" in status.text.splitlines()


async def test_a_deleted_alert_channel_is_replaced_and_gets_the_alert(town: Town) -> None:
    _may_make_channels(town)
    page = await setting_page(town, "alert_channel")
    own = town.server.create_channel("own", visible_to=[town.moderators, town.sandbox.bot])
    await town.owner.selects(page, "Choose a channel", [own])
    own.delete()
    (notice,) = await town.sandbox.wait_for(town.owner.direct_messages)
    assert "To mend it: type /setup start" in notice.text or "Please check" in notice.text
    await town.settled(await town.threatens())

    await town.owner.presses(page, _PRIVATE)
    made: Channel = next(
        c for c in town.server.channels.values() if str(c.id) == stored(town)["alert_channel"]
    )
    await town.until(lambda: town.alert_messages(made))
    assert town.advised() == {"olga": 1, "ava": 1}


async def test_another_process_changes_a_setting_and_this_one_follows(quiet_town: Town) -> None:
    town = quiet_town
    await town.start(armed=False, alert_channel="nowhere")
    await town.sandbox.wait_for(town.owner.direct_messages)
    other = Store(town.database_url, KEYRING)
    settings = Settings(other, Policies(PolicySettings(), {}), changed=lambda _: None)
    await settings.change(town.server.id, {"alert_channel": str(town.alerts.id)}, by=1)
    await other.close()

    await town.bot.settings.load()
    await town.armed()
    assert town.bot.bot.parts.policies.of(town.server.id).alert_channel == str(town.alerts.id)


async def test_while_the_database_is_away_at_the_start_the_configuration_holds(
    town: Town,
) -> None:
    page = await setting_page(town, "alert_channel")
    own = town.server.create_channel("own", visible_to=[town.moderators, town.sandbox.bot])
    await town.owner.selects(page, "Choose a channel", [own])
    await town.stop()
    town.alerts.delete()
    other = sqlite3.connect(
        town.folder / "notalone.db", isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    await town.start(armed=False)
    status = await town.owner.runs("status", channel=town.general, patience=10)
    assert "config.yaml holds meanwhile." in status.text
    assert "The database cannot be used at the moment." in status.text
    answer = await town.owner.presses(page, "All settings")
    assert answer.messages[-1].text.startswith("### All settings")
    other.close()

    await town.armed()
    await town.settled(await town.threatens())
    assert len(town.alert_messages(own)) == 1
    assert town.advised() == {"ava": 1}


async def test_a_change_while_the_database_is_locked_asks_for_patience(town: Town) -> None:
    page = await setting_page(town, "advice")
    other = sqlite3.connect(
        town.folder / "notalone.db", isolation_level=None, check_same_thread=False
    )
    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
    answer = await town.owner.selects(page, "Choose", ["button"], patience=10)
    other.close()

    assert answer.messages[-1].text == "This did not work just now. Please try again in a minute."
    assert stored(town) == {}
