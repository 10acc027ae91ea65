"""Cases as helplines for children meet them, in this project's own words, played to the bot.

Each is played in the language of its country once the detector knows it, and in English until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.advice import load_texts
from bot.domain.assessment import Category, Level
from bot.sandbox import Person
from tests.e2e.town import Town

_DETECTED = Path(__file__).parents[2] / "bot" / "detection" / "languages"
_COMMAND = "Get help with this message"


@dataclass(frozen=True)
class Story:
    """What the offender writes, what it must be taken for, and which advice must be there."""

    locale: str
    words: dict[str, str]
    categories: frozenset[Category]
    advice: tuple[str, ...]

    @property
    def threat(self) -> str:
        """The words, in the country's language if it is detected."""
        known = (_DETECTED / f"{self.locale}.yaml").exists()
        return self.words[self.locale if known else "en"]


GERMAN = Story(
    "de",
    {
        "de": "schick mir bis heute abend 200 euro, sonst zeige ich deine nacktfotos allen "
        "deinen freunden",
        "en": "send me 200 euros by tonight or i show your nudes to all your friends",
    },
    frozenset({Category.FINANCIAL}),
    ("situation.money.advice", "help.comfort", "steps.stop_and_block.title"),
)
LATVIAN = Story(
    "lv",
    {
        "lv": "es nosūtīšu tavu video visiem taviem draugiem un ģimenei, ja neatsūtīsi vēl video "
        "un nepierunāsi kādu draugu piedalīties",
        "en": "i will send your video to all your friends and your family unless you send me more "
        "videos and get a friend of yours to join",
    },
    frozenset({Category.IMAGES}),
    ("situation.images.advice", "steps.preserve_evidence.short", "steps.report_to_police.title"),
)
BULGARIAN = Story(
    "bg",
    {
        "bg": "ако не ми пратиш голи снимки, ще кажа на майка ти, че пращаш такива снимки на "
        "непознати",
        "en": "send me nudes or i will tell your mother that you send them to strangers",
    },
    frozenset({Category.IMAGES}),
    ("situation.images.advice", "steps.look_for_help.title", "help.comfort"),
)
_SCAM = (
    "I hacked your device some time ago. I recorded you with your webcam while you watched adult "
    "sites. I know that hunter2 is your password. Pay 900 dollars in bitcoin within 48 hours or "
    "the video goes to all your contacts."
)


def _person(town: Town, name: str, locale: str) -> Person:
    person: Person = town.sandbox.person(name, locale=locale)
    person.joins(town.server)
    person.installs_app()
    return person


@pytest.mark.parametrize("story", [GERMAN, LATVIAN, BULGARIAN], ids=lambda story: story.locale)
async def test_a_threat_in_a_private_chat_is_understood_and_answered_as_helplines_do(
    quiet_town: Town, story: Story
) -> None:
    town = quiet_town
    child = _person(town, "child", story.locale)
    await town.start()
    chat = town.sandbox.private_chat(child, town.leo)
    threat = await town.leo.writes(story.threat, channel=chat)
    shown = await child.runs_on(threat, _COMMAND)

    texts = load_texts().get(story.locale)
    missing = [key for key in story.advice if texts.text(key) not in shown.text]
    assert missing == []
    assert town.leo.sees(chat) == [threat]

    asked = await child.presses(shown, texts.text("button.tell"))
    asked = await child.selects(asked, texts.text("select.server"), ["Harbour"])
    await child.presses(asked, texts.text("button.send"))
    await town.settled()
    (case,) = await town.cases()
    assert (case.offender.id, [target.id for target in case.targets]) == (town.leo.id, [child.id])
    assert story.categories <= {Category(category) for category in case.categories}
    assert case.level >= Level.HIGH


async def test_the_girl_who_fears_a_fake_is_told_what_to_do_about_one(quiet_town: Town) -> None:
    town = quiet_town
    child = _person(town, "child", "bg")
    await town.start()
    texts = load_texts().get("bg")
    first = await child.runs("help-sextortion")
    menu, label = texts.text("select.situation"), texts.text("situation.faked.label")
    fake = await child.selects(first, menu, [label])

    assert texts.text("situation.faked.advice") in fake.text
    assert texts.text("situation.removal") in fake.text
    more = await child.presses(fake, texts.text("button.more_help"))
    assert "<https://www.safenet.bg" in more.text or "124 123" in more.text


async def test_the_boy_who_tells_the_bot_himself_is_answered_about_money(town: Town) -> None:
    await town.ava.writes_to_bot(
        "i met a girl online and we sent each other pics. now she wants money or she shows them "
        "to everyone. i dont have any money and i cant tell my parents"
    )
    await town.until(town.ava.direct_messages)
    (answer,) = town.ava.direct_messages()
    english = load_texts().get("en")

    assert english.text("situation.money.advice") in answer.text
    assert english.text("help.comfort") in answer.text
    assert await town.cases() == []


@pytest.mark.parametrize("how", ["written", "forwarded"])
async def test_the_email_of_a_hacker_is_a_bluff(town: Town, how: str) -> None:
    if how == "written":
        await town.ava.writes_to_bot(_SCAM)
    else:
        mail = await town.kim.writes(_SCAM, channel=town.sandbox.private_chat(town.ava, town.kim))
        await town.ava.writes_to_bot(forwards=mail)
    await town.until(town.ava.direct_messages)
    (answer,) = town.ava.direct_messages()

    assert load_texts().get("en").text("situation.email.advice") in answer.text
    assert await town.cases() == []


@pytest.mark.parametrize("story", [GERMAN, LATVIAN, BULGARIAN], ids=lambda story: story.locale)
async def test_the_same_threat_in_a_server_is_found_without_anybody_asking(
    town: Town, story: Story
) -> None:
    await town.settled(await town.threatens(story.threat))
    (case,) = await town.cases()

    assert (case.offender.id, [target.id for target in case.targets]) == (
        town.leo.id,
        [town.ava.id],
    )
    assert story.categories <= {Category(category) for category in case.categories}
    assert town.advised() == {"ava": 1}
