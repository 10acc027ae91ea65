"""Words that an offender can add for free do not silence a threat; harmless ones stay harmless."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from bot.domain.assessment import Assessment, Kind, Level

Judge = Callable[..., Assessment]

THREATS = (
    "send 80 euro by tonight or i post your nudes",
    "pay 50 in gift cards or your video goes to your mom and all your friends",
    "i have your nudes and your friends list. 200 by midnight or i send them to everyone",
    "i recorded our call. 100 on cashapp or all your followers get the video",
    "send another pic or i show your dad the ones you already sent me",
    "i saved your pics, find me two friends to chat with or i post them in your school group",
    "if you block me i send your video to your whole class",
    "turn your cam on now or everyone gets to see your pics",
)
REMARKS = (
    "lol",
    "😂",
    "jk",
    "haha",
    "gg",
    "||spoiler||",
    "(roleplay)",
    "in the movie",
    "as seen on the news",
    "like in the song",
    "so dont pay anyone else first",
    "be careful",
    "let me know",
    "quest complete",
    "your refund is lost",
    "deposit first",
    "open a ticket",
    "everyone at school loves it",
    "nobody will see it",
    "proud of you",
)
CALMING = (
    "dont worry nobody sees it",
    "i deleted all of them",
    "block him and tell your mom",
    "can i show your pics",
    "leave me alone",
    "go ahead post it",
    "the police gets it all",
    "is it ok if i do",
    "sorry i showed your pics",
    "my parents know everything already",
    "i go to the police",
)
"""What makes a message harmless that threatens nothing."""
INNOCENT = (
    "pay up or i leak your baby pics to the whole school lol",
    "send nudes or i leak ur spotify wrapped lol",
    "send me 50 robux or i leak your minecraft coords to everyone lol",
    "i saved your pics from the hike, want me to send them to your mom?",
    "jk i would never post your video",
    "if anyone says send 80 euro or i post your nudes, dont pay and open a ticket",
    "imagine if someone said pay 50 or i send your nudes to your mom lol",
    '"pay me 50 or your video goes to your mom" lol that was the villain in the movie',
    "your pics of the wedding land in the family chat at eight, 20 for the prints please",
)


@pytest.mark.parametrize("remark", REMARKS)
def test_a_remark_before_or_behind_a_threat_does_not_silence_it(judge: Judge, remark: str) -> None:
    texts = [f"{threat} {remark}" for threat in THREATS]
    texts += [f"{remark}. {threat}" for threat in THREATS]

    missed = [text for text in texts if not _is_threat(judge(("leo", text)))]

    assert missed == []


@pytest.mark.parametrize("calming", CALMING)
def test_nothing_calming_silences_a_threat_beside_it(judge: Judge, calming: str) -> None:
    texts = [f"{threat}. {calming}" for threat in THREATS]
    texts += [f"{calming}. {threat}" for threat in THREATS]

    assert [text for text in texts if not _is_threat(judge(("leo", text)))] == []


def test_what_makes_a_threat_unsure_is_shown_with_it(judge: Judge) -> None:
    assessment = judge(("leo", "im uploading your nudes right now jk"))

    assert assessment.level is Level.MEDIUM
    signals = {s.concept: s.words for s in assessment.findings[0].signals}
    assert signals["joke"] == "jk"


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_speech_stays_silent(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).kind is Kind.NONE


def test_two_remarks_silence_no_more_than_one(judge: Judge) -> None:
    texts = [
        f"{threat} {one} {other}"
        for threat, (one, other) in product(THREATS, (("jk", "gg"), ("lol", "in the movie")))
    ]

    assert [text for text in texts if not _is_threat(judge(("leo", text)))] == []


def _is_threat(assessment: Assessment) -> bool:
    return assessment.kind is Kind.THREAT and assessment.level >= Level.MEDIUM
