"""Every way to help, in every language of the people served: who sees what, and what is stored."""

from __future__ import annotations

import pytest

from bot.advice import Language, load_texts
from bot.sandbox import Channel, Message, Person
from tests.e2e.town import THREAT, Town

_SPOKEN = ("en-GB", "de", "fr", "es-ES", "pl", "bg", "el", "ar", "ja", "hi")
_TITLES = tuple(
    f"steps.{step}.title"
    for step in (
        *("share_nothing", "look_for_help", "preserve_evidence"),
        *("stop_and_block", "report_to_police"),
    )
)


class Visit:
    """Somebody with a language of their own in a town, and whatever the bot says to them."""

    def __init__(self, town: Town, locale: str) -> None:
        self.town = town
        self.texts: Language = load_texts().get(locale)
        self.person: Person = town.sandbox.person("nia", locale=locale)
        self.person.joins(town.server)
        self.person.installs_app()
        self.chat = town.sandbox.private_chat(self.person, town.leo)
        self.group = town.sandbox.private_chat(self.person, town.leo, town.kim)

    def has_the_steps(self, text: str) -> bool:
        """Whether the five steps stand there in order, in the person's language."""
        places = [text.find(self.texts.text(key)) for key in _TITLES]
        return -1 not in places and places == sorted(places)

    async def commands(self) -> list[tuple[str, bool]]:
        """What both commands say in every place: the text, and whether they alone see it."""
        found = []
        places: tuple[Channel | None, ...] = (self.town.general, self.chat, self.group, None)
        for place in places:
            name = self.texts.text("command.help.name")
            answer = await self.person.runs(name, channel=place)
            found.append((answer.text, answer.ephemeral))
            if place is not None:
                threat = await self.town.leo.writes(THREAT, channel=place)
                menu = self.texts.text("command.help_with_message.name")
                answer = await self.person.runs_on(threat, menu)
                found.append((answer.text, answer.ephemeral))
        return found

    async def answered(self, *, forwards: Message | None = None) -> str:
        """What the bot answers to a direct message."""
        known = self._lasting()
        await self.person.writes_to_bot("" if forwards else "?", forwards=forwards)
        await self.town.until(lambda: len(self._lasting()) > len(known))
        return self._lasting()[-1].text

    def _lasting(self) -> list[Message]:
        return [m for m in self.person.direct_messages() if not m.ephemeral]

    async def called(self) -> tuple[str, bool]:
        """What the button says under the neutral offer that a call in a channel brings."""
        room = self.town.server.create_channel("room")
        mention = self.town.sandbox.bot.mention
        await self.person.writes(mention, channel=room)
        await self.town.until(lambda: self.town.written_in(room))
        (offer,) = self.town.written_in(room)
        assert self.person.name not in offer.text
        answer = await self.person.presses(offer, "na:help:open")
        return answer.text, answer.ephemeral


@pytest.mark.parametrize("locale", _SPOKEN)
async def test_every_way_to_help_speaks_the_persons_language_and_shows_it_to_nobody_else(
    quiet_town: Town, locale: str
) -> None:
    town = quiet_town
    visit = Visit(town, locale)
    await town.start(alert_from="urgent")
    threat = await town.leo.writes(THREAT, channel=visit.chat)
    said = await visit.commands()
    directly = [await visit.answered(), await visit.answered(forwards=threat)]
    said.append(await visit.called())
    await town.settled()

    assert [text for text, _ in said if not visit.has_the_steps(text)] == []
    assert [text for text in directly if not visit.has_the_steps(text)] == []
    assert [ephemeral for _, ephemeral in said if not ephemeral] == []
    first_line = visit.texts.text("direct.first_line")
    assert [text for text in directly if not text.startswith(first_line)] == []
    assert [m for m in town.leo.sees(visit.chat) if m.author is not town.leo] == []
    assert [m for m in town.kim.sees(visit.group) if m.author is not town.leo] == []
    assert len(town.public_words()) == 1
    assert town.alert_messages() == []


@pytest.mark.parametrize("locale", _SPOKEN)
async def test_every_page_speaks_it_too(quiet_town: Town, locale: str) -> None:
    town = quiet_town
    visit = Visit(town, locale)
    await town.start()
    texts, person = visit.texts, visit.person
    first = await person.runs(texts.text("command.help.name"), channel=town.general)
    pages = {
        "button.more_help": "more_help.crisis",
        "button.not_safe": "crisis.number",
        "button.how_to_report": "report.title",
        "button.steps": "help.not_safe",
    }
    for label, begins in pages.items():
        page = await person.presses(first, texts.text(label))
        assert page.text.startswith(texts.text(begins))
        assert page.ephemeral
    menu = first.messages[0].selects[0]
    for value, label in menu.options.items():
        page = await person.selects(first, texts.text("select.situation"), [value])
        assert page.text.startswith(f"**{label}**")
        assert visit.has_the_steps(page.text)
    mine = await person.runs(texts.text("command.privacy.name"), channel=town.general)
    assert mine.text.startswith(texts.text("privacy.intro"))
    await person.presses(first, texts.text("button.hide"))
    assert [m for m in person.sees(town.general) if m in first.messages] == []


async def test_commands_have_their_names_in_every_language_that_discord_knows(town: Town) -> None:
    texts = load_texts()
    (slash,) = [c for c in town.sandbox.commands.offered(None, kind=1) if "help" in c["name"]]
    (menu,) = town.sandbox.commands.offered(None, kind=3)
    for command, key in ((slash, "command.help"), (menu, "command.help_with_message")):
        assert command["name"] == texts.get("en").text(f"{key}.name")
        for locale, name in (command["name_localizations"] or {}).items():
            assert name == texts.get(locale).text(f"{key}.name")
    (privacy,) = [c for c in town.sandbox.commands.offered(None, kind=1) if c["name"] == "privacy"]
    for command, key in ((slash, "command.help"), (privacy, "command.privacy")):
        assert command["description"] == texts.get("en").text(f"{key}.description")
    for command in (slash, privacy, menu):
        assert (command["integration_types"], command["contexts"]) == ([0, 1], [0, 1, 2])
    known = set(slash["description_localizations"] or {})
    assert known >= {"de", "fr", "es-ES", "es-419", "pl", "bg", "el", "ja", "hi"}


async def test_a_language_that_discord_does_not_offer_is_read_where_it_was_chosen(
    quiet_town: Town,
) -> None:
    town, latvian, german = quiet_town, load_texts().get("lv"), load_texts().get("de")
    await town.start(language="lv")
    nia = town.sandbox.person("nia", locale="de")
    nia.joins(town.server)
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    more = await town.ava.presses(advice, latvian.text("button.more_help"))
    here = await town.ava.runs("help-sextortion", channel=town.general)
    own = await nia.runs("help-sextortion", channel=town.general)

    assert latvian.text("advice.comfort") in advice.text
    assert more.text.startswith(latvian.text("more_help.crisis"))
    assert here.text.startswith(latvian.text("help.not_safe"))
    assert own.text.startswith(german.text("help.not_safe"))


async def test_a_language_that_discord_offers_is_read_by_whoever_chose_it(
    quiet_town: Town,
) -> None:
    await quiet_town.start(language="es")
    answer = await quiet_town.ava.runs("help-sextortion", channel=quiet_town.general)

    assert answer.text.startswith(load_texts().get("en").text("help.not_safe"))


async def test_whoever_was_seen_is_written_to_in_their_own_language(town: Town) -> None:
    await town.ava.runs("privacy", channel=town.general)
    await town.settled(await town.threatens())
    (advice,) = [m for m in town.ava.direct_messages() if not m.ephemeral]

    seen = town.bot.bot.parts.languages.of(town.ava.id)
    assert seen == town.ava.locale
    text = load_texts().get(seen).text("advice.comfort")
    assert text in advice.text
