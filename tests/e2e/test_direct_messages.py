"""Whoever writes to the bot, forwards something to it or calls it, gets the same help."""

from __future__ import annotations

import sys

import discord
import pytest

from bot.advice import load_resources, load_texts
from bot.sandbox import Message, Person
from bot.sandbox.webhooks import Webhook
from bot.transport import help_views
from tests.e2e.town import THREAT, Town

_DISCREET = "Hi! I got your message, and I am glad that you wrote."
_MINE = "someone has my pics and wants money or he sends them to my friends. what do i do"


async def _answers(town: Town, person: Person, count: int) -> list[Message]:
    await town.until(lambda: len(person.direct_messages()) >= count)
    return person.direct_messages()


async def test_a_direct_message_is_answered_with_the_five_steps(town: Town) -> None:
    await town.ava.writes_to_bot("hello?")
    (answer,) = await _answers(town, town.ava, 1)

    assert answer.text.startswith(_DISCREET)
    assert "1. **Don't share more, don't pay anything.**" in answer.text
    assert answer.text.endswith("I do not keep what you write here, and I tell nobody.")
    assert answer.buttons == ["More help", "I am not safe", "How to report", "Hide this"]


async def test_what_is_told_is_answered_with_the_advice_that_fits(town: Town) -> None:
    await town.ava.writes_to_bot(_MINE)
    (answer,) = await _answers(town, town.ava, 1)

    assert answer.text.startswith(_DISCREET)
    assert "Do not pay, not even a little." in answer.text
    assert await town.cases() == []


@pytest.mark.parametrize("words", ["i want to die", "he has my pics. i cant go on anymore"])
async def test_self_harm_words_put_the_crisis_line_first(town: Town, words: str) -> None:
    await town.ava.runs("help-sextortion", channel=town.general)  # by which her locale is known
    await town.ava.writes_to_bot(words)
    (answer,) = await _answers(town, town.ava, 1)

    discreet, first, *_ = answer.text.split("\n\n")
    assert discreet.startswith(_DISCREET)
    assert first.startswith("**Are you in danger right now? Call your emergency number")
    assert answer.text.index("988") < answer.text.index("Don't share more")


async def test_where_someone_in_danger_is_is_asked_and_not_guessed_from_the_server(
    town: Town,
) -> None:
    await town.ava.writes_to_bot("i want to die")
    (answer,) = await _answers(town, town.ava, 1)

    assert town.server.locale == "en-US"
    assert "988" not in answer.text
    menu = next(each for each in answer.selects if "DE" in each.options)
    german = await town.ava.selects(answer, menu.custom_id, ["DE"])
    assert "**Germany · Deutschland**\n- " in german.text
    assert "call 116 111" in german.text


@pytest.mark.parametrize("locale", sorted(map(str, discord.Locale)))
def test_a_page_that_says_choose_below_has_the_menu_below(locale: str) -> None:
    language, resources = load_texts().get(locale), load_resources()
    for country in (None, help_views.country_of(locale)):
        answer = help_views.direct_crisis(language, resources, country=country)
        for page in (answer, help_views.crisis(language, resources, country=country)):
            menus = [item for item in page.view.children if isinstance(item, discord.ui.Select)]
            assert language.text("crisis.choose") in page.text
            assert [m.custom_id for m in menus][:2] == ["na:help:near:0", "na:help:near:1"]


async def test_many_short_lines_get_one_answer_and_danger_gets_its_own(town: Town) -> None:
    for line in ("hey", "are you there", "hello??"):
        await town.ava.writes_to_bot(line)
    await town.ava.writes_to_bot("i want to die")
    answers = await _answers(town, town.ava, 2)
    await town.ava.writes_to_bot("ok")
    await town.settled()

    assert [text.text.split("\n\n")[1][:22] for text in answers] == [
        "**If you are not safe,",
        "**Are you in danger ri",
    ]
    assert len(town.ava.direct_messages()) == 2


_POST = r"^/channels/\d+/messages$"


async def _writes_in_vain(town: Town, words: str) -> None:
    """Ava writes, and Discord takes no answer: such a limit is not waited for by discord.py."""
    limit = town.sandbox.faults.limit(method="POST", path=_POST, via=False)
    await town.ava.writes_to_bot(words)
    await town.until(lambda: limit.struck)


async def test_an_answer_that_did_not_arrive_does_not_count(town: Town) -> None:
    await _writes_in_vain(town, "hello?")
    await town.ava.writes_to_bot("are you there")
    (answer,) = await _answers(town, town.ava, 1)

    assert answer.text.startswith(_DISCREET)


async def test_who_may_be_in_danger_is_answered_later_if_not_at_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["cogs.help"], "_TRY_AGAIN", 0.3)
    await _writes_in_vain(town, "i want to die")
    (answer,) = await _answers(town, town.ava, 1)

    assert answer.text.split("\n\n")[1].startswith("**Are you in danger right now?")


async def test_a_long_rate_limit_is_waited_for_by_who_may_be_in_danger(town: Town) -> None:
    town.bot.bot.http.max_ratelimit_timeout = 0.1
    limit = town.sandbox.faults.limit(method="POST", path=_POST, retry_after=0.5)
    await town.ava.writes_to_bot("i want to die")
    (answer,) = await _answers(town, town.ava, 1)

    assert limit.struck == 1
    assert answer.text.startswith(_DISCREET)


async def test_a_forwarded_message_is_explained_and_can_be_kept(town: Town) -> None:
    threat = await town.leo.writes(THREAT, channel=town.sandbox.private_chat(town.ava, town.leo))
    await town.ava.writes_to_bot(forwards=threat)
    (answer,) = await _answers(town, town.ava, 1)

    assert answer.text.startswith(_DISCREET)
    assert "It seems to ask for money." in answer.text
    assert "Tell the moderators of …" not in answer.buttons
    kept = await town.ava.presses(answer, "Keep this as evidence")
    assert kept.messages[-1].text.startswith("Kept")
    async with town.store.transaction() as tx:
        (record,) = await tx.records.of(town.ava.id)
    assert record.content["content"]["forwarded"] == [THREAT]
    assert await town.cases() == []


async def test_the_gravest_message_that_is_forwarded_can_be_kept_too(town: Town) -> None:
    chat = town.sandbox.private_chat(town.ava, town.leo)
    threat = await town.leo.writes(f"{THREAT}. kill yourself", channel=chat)
    await town.ava.writes_to_bot(forwards=threat)
    (answer,) = await _answers(town, town.ava, 1)

    discreet, first, *others = answer.text.split("\n\n")
    assert discreet.startswith(_DISCREET)
    assert first.startswith("**Are you in danger right now? Call your emergency number")
    looks_like, listening = others[1:3]
    assert looks_like.startswith("**This looks like someone is putting pressure on you.**")
    assert listening.startswith("**These people listen.**")
    assert "\n- " in listening
    kept = await town.ava.presses(answer, "Keep this as evidence")
    assert kept.messages[-1].text.startswith("Kept")


async def test_an_answer_in_direct_messages_can_be_hidden(town: Town) -> None:
    await town.ava.writes_to_bot("hello?")
    (answer,) = await _answers(town, town.ava, 1)
    await town.ava.presses(answer, "Hide this")

    assert town.ava.direct_messages() == []


async def test_the_advice_that_was_sent_can_be_hidden(town: Town) -> None:
    await town.settled(await town.threatens())
    (advice,) = town.ava.direct_messages()
    more = await town.ava.presses(advice, "More help")
    assert more.messages[0] is not advice
    await town.ava.presses(more, "Hide this")
    await town.ava.presses(advice, "Hide this")

    assert town.ava.direct_messages() == []


async def test_a_call_in_a_channel_exposes_nobody_and_is_answered_once(town: Town) -> None:
    called = [
        await town.ava.writes(f"{town.sandbox.bot.mention} help {n}", channel=town.general)
        for n in range(20)
    ]
    await town.settled(*called)
    await town.until(town.public_words)

    offer = town.public_words()[0]
    assert offer.text.startswith("This is for everyone here.")
    assert (offer.mentions, offer.reply_to, offer.pings) == ([], None, frozenset())
    answer = await town.sam.presses(offer, "Private help")
    assert answer.ephemeral
    assert "Hide this" in answer.buttons
    assert town.advised() == {}
    assert town.public_words() == [offer]


async def test_a_call_is_answered_while_there_is_no_database(town: Town) -> None:
    await town.store.close()
    for n in range(3):
        await town.ava.writes(f"{town.sandbox.bot.mention} help {n}", channel=town.general)
    await town.ava.writes_to_bot("hello?")
    await _answers(town, town.ava, 1)
    await town.until(town.public_words)

    (offer,) = town.public_words()
    assert offer.text.startswith("This is for everyone here.")
    assert (offer.mentions, offer.reply_to, offer.pings) == ([], None, frozenset())
    assert (await town.sam.presses(offer, "Private help")).ephemeral


async def test_moderators_who_answer_an_alert_are_not_offered_help_there(town: Town) -> None:
    await town.settled(await town.threatens())
    alert = town.alert
    await town.mo.writes("who takes this?", channel=town.alerts, reply_to=alert)
    await town.sandbox.world.next_change(1.0)

    assert town.alert_messages() == [alert]


async def test_no_help_is_offered_in_the_post_of_a_case(quiet_town: Town) -> None:
    town = quiet_town
    visible = [town.moderators, town.sandbox.bot]
    town.server.create_channel("cases", kind="forum", visible_to=visible)
    await town.start(case_threads="forum", case_forum="cases")
    await town.settled(await town.threatens())
    (post,) = town.server.threads.values()
    before = town.written_in(post)
    await town.mo.writes("mine?", channel=post, reply_to=before[0])
    await town.sandbox.world.next_change(1.0)

    assert town.written_in(post) == before


async def test_a_program_that_calls_the_bot_is_not_answered(town: Town) -> None:
    webhook = Webhook(town.general, "news")
    await webhook.posts(f"{town.sandbox.bot.mention} hello")
    await town.settled()

    assert town.public_words() == []
