"""Names of roles and channels are not unique, and one may be called by another's identifier."""

from __future__ import annotations

import pytest

from bot.sandbox import Permission, Person, Role
from tests.e2e.town import OTHER_THREAT, Town

_REFUSAL = "This is only for this server's moderators."


async def _is_let_in(town: Town, person: Person) -> bool:
    answer = await person.runs("case list", channel=town.general)
    assert answer.ephemeral
    return answer.text != _REFUSAL


def _another(town: Town, name: str) -> Role:
    """A role of that name, which sam has."""
    role = town.server.create_role(name)
    town.server.give_role(town.sam, role)
    return role


async def test_a_role_called_like_the_moderators_has_no_power(town: Town) -> None:
    """Nor has the right one, until it is named by its identifier: of two nobody knows which."""
    assert await _is_let_in(town, town.mo)
    _another(town, "Moderators")
    (notice,) = await town.sandbox.wait_for(town.owner.direct_messages)

    assert "or several bear its name. Settings that need your care: Moderators." in notice.text
    assert [await _is_let_in(town, p) for p in (town.sam, town.mo)] == [False, False]
    assert await _is_let_in(town, town.owner)
    await town.settled(await town.threatens())
    assert len(town.alert_messages()) == 1

    await town.restart(moderator_roles=[str(town.moderators.id)])
    assert [await _is_let_in(town, p) for p in (town.sam, town.mo)] == [False, True]


async def test_a_role_called_by_the_moderators_identifier_has_no_power(quiet_town: Town) -> None:
    town = quiet_town
    _another(town, str(town.moderators.id))
    await town.start(moderator_roles=[str(town.moderators.id)])

    assert [await _is_let_in(town, p) for p in (town.sam, town.mo)] == [False, True]
    assert town.owner.direct_messages() == []


@pytest.mark.parametrize("by", ["name", "identifier"])
async def test_everyone_is_never_a_moderator(quiet_town: Town, by: str) -> None:
    town = quiet_town
    everyone = town.server.everyone
    await town.start(moderator_roles=["@everyone" if by == "name" else str(everyone.id)])

    await town.settled(await town.threatens())
    town.alerts.allow(town.sam, allow=Permission.VIEW_CHANNEL)

    for person in (town.sam, town.mo):
        assert (await person.presses(town.alert, "Show evidence")).text == _REFUSAL


@pytest.mark.parametrize("by", ["name", "identifier"])
async def test_only_the_alert_channel_is_not_screened_whatever_others_are_called(
    quiet_town: Town, by: str
) -> None:
    town = quiet_town
    wanted = town.alerts.name if by == "name" else str(town.alerts.id)
    voice = town.server.create_channel(wanted, kind="voice")
    forum = town.server.create_channel(wanted, kind="forum")
    await town.start(alert_channel=wanted)
    post = forum.create_thread("a post", owner=town.leo)
    await town.settled(
        await town.threatens(channel=voice),
        await town.threatens(OTHER_THREAT, channel=post, target=town.kim),
    )

    assert (await town.case()).findings == 2
    assert len(town.alert_messages()) == 1
    await town.mo.writes(OTHER_THREAT, channel=town.alerts, mentions=[town.sam])
    await town.settled(await town.sam.writes("hello", channel=town.general))
    assert len(await town.cases()) == 1


async def test_every_channel_of_an_ignored_name_stays_unscreened(quiet_town: Town) -> None:
    town = quiet_town
    more = [town.server.create_channel("memes") for _ in range(2)]
    await town.start(ignored_channels=["memes"])
    for channel in more:
        await town.threatens(channel=channel)
    await town.settled(await town.sam.writes("hello", channel=town.general))

    assert await town.cases() == []


async def test_an_import_names_no_role_or_channel_that_is_not_the_only_one(town: Town) -> None:
    town.server.create_role("Moderators")
    said = {}
    for kind in ("text", "forum"):
        for _ in range(2):
            town.server.create_channel(
                f"room-{kind}", kind=kind, visible_to=[town.moderators, town.sandbox.bot]
            )
    for written in (
        "moderator_roles: [Moderators]",
        "alert_channel: room-text",
        "case_forum: room-forum",
    ):
        form = await town.owner.runs("setup import", channel=town.general)
        said[written] = (await town.owner.submits(form, {"yaml": written})).text

    several = "Not saved: several {} are called `{}`. Choose one in /setup settings, or write its "
    assert list(said.values()) == [
        several.format("roles", "Moderators") + "identifier.",
        several.format("channels", "room-text") + "identifier.",
        several.format("channels", "room-forum") + "identifier.",
    ]
    page = await town.owner.runs("setup settings", channel=town.general)
    assert "- Moderators: `Moderators` (several are called so: choose one)" in page.text


async def test_people_who_are_called_alike_can_be_told_apart_before_help_is_offered(
    town: Town,
) -> None:
    names = ("ann", "an\u200bn", "\u202enna", "https://evil.example", "bo")
    people = [town.server.join(name) for name in names]
    threat = "i have all your pics. pay me 100 dollars tonight or i post them to all your followers"
    await town.settled(await town.leo.writes(threat, channel=town.general, mentions=people))
    question = await town.mo.presses(town.alert, "Offer help")

    options = question.messages[0].components[0]["components"][0]["options"]
    shown = ("ann", "ann", "nna", "https[:]//evil[.]example", "bo")
    assert sorted((o["label"], o["description"]) for o in options) == sorted(
        (label, str(person.id)) for label, person in zip(shown, people, strict=True)
    )
