"""A threat is read through whatever Discord lets an author wrap it in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message

Judge = Callable[..., Assessment]
Write = Callable[..., Message]
THREAT = "send 80 euro by tonight or i post your nudes"
SMALL = str.maketrans("abcdefghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")

DISGUISED = {
    "a spoiler": f"||{THREAT}||",
    "spoilers around words": "send ||80 euro|| by tonight or i ||post|| your ||nudes||",
    "inline code": f"`{THREAT}`",
    "a code block": f"```py\n{THREAT}\n```",
    "bold and italic words": "**send** *80* __euro__ by tonight or ~~i~~ post your **nudes**",
    "bold within words": "se**nd** 80 euro by tonight or i po**st** your nu**des**",
    "the text of a link": f"[{THREAT}](https://example.com/a)",
    "links on words": "send 80 euro or i [post](https://example.com) your [nudes](https://b.test)",
    "a heading": f"# {THREAT}",
    "small print": f"-# {THREAT}",
    "a list": "- send 80 euro\n- by tonight\n- or i post your nudes",
    "an answer below a quotation": f"> you would not\n{THREAT}",
    "nothing but quotation marks": f'"{THREAT}" 😂',
    "stars in words": "s*nd 80 euro by tonight or i p**t your n***s",
    "small capitals": THREAT.translate(SMALL),
    "a word written backwards": "send 80 euro by tonight or i post your sedun",
    "a direction override": f"\u202e{THREAT[::-1]}\u202c",
    "an override around one word": "send 80 euro by tonight or i post your \u202esedun\u202c",
    "invisible characters": "\u200b".join(THREAT),
}


@pytest.mark.parametrize("text", DISGUISED.values(), ids=DISGUISED.keys())
def test_a_threat_is_read_through(judge: Judge, text: str) -> None:
    assessment = judge(("leo", text))

    assert assessment.kind is Kind.THREAT
    assert assessment.level >= Level.MEDIUM


@pytest.mark.parametrize(
    "text",
    [
        "pay me 80 or yuor whole calss sees the vdieo",
        "zalhe 80 euro oder die klsase seiht das vdieo",
    ],
)
def test_letters_that_fast_typing_swaps_hide_nothing(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).kind is Kind.THREAT


def test_an_embed_that_the_author_made_appear_is_read(write: Write, judge: Judge) -> None:
    assert judge(write("leo", "look", embedded=(THREAT,))).kind is Kind.THREAT


def test_words_in_quotation_marks_alone_are_not_sure(judge: Judge) -> None:
    assert judge(("leo", f'"{THREAT}"')).level is Level.MEDIUM


def test_what_is_unsure_is_nothing_in_quotation_marks(judge: Judge) -> None:
    question = "should i post your photos?"

    assert judge(("sam", question)).kind is Kind.THREAT
    assert judge(("sam", f'"{question}"')).kind is Kind.NONE


@pytest.mark.parametrize(
    "text", [f"> {THREAT}", f">>> {THREAT}", f">>> look\n{THREAT}", f"> {THREAT}\nstop this"]
)
def test_a_block_quotation_is_somebody_elses(judge: Judge, text: str) -> None:
    assert judge(("ava", text)).kind is not Kind.THREAT


def test_a_part_that_is_played_within_quotation_marks_is_left_alone(judge: Judge) -> None:
    text = '"200 gold by dawn, or the king learns what you did at the bridge."'

    assert judge(("leo", text)).kind is Kind.NONE
