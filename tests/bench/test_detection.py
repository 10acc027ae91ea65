"""The scores of a tiny folder of own cases are what a person would count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bench.cases import Case, CaseError, read_cases
from bench.detection import main, measure
from bench.scoring import Verdict, judge
from bench.systems import Seen
from bot.domain.assessment import Kind, Level

CASES = Path(__file__).with_name("cases")
OWN = Path(__file__).parents[2] / "bench" / "cases"
CONVERSATION = Case(
    id="c",
    kind="conversations",
    groups=(),
    messages=(),
    offenders=frozenset({"leo", "kim"}),
    targets=frozenset({"ava"}),
    flag_at=4,
)


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    return measure(CASES, cost=False)


def test_every_kind_is_counted_per_system(report: dict[str, Any]) -> None:
    counted = {
        kind: {
            name: tuple(counts.values())
            for name, counts in groups["all"].items()
            if name in {"both", "AutoMod", "Red"}
        }
        for kind, groups in report["cases"].items()
    }

    assert counted == {
        "threats": {"both": (1, 0), "AutoMod": (1, 0), "Red": (1, 0)},
        "disclosures": {"both": (1, 0), "AutoMod": (0, 1), "Red": (0, 0)},
        "innocent": {"both": (1, 0), "AutoMod": (0, 1), "Red": (0, 1)},
        "evasion": {"both": (1, 0), "AutoMod": (1, 0), "Red": (0, 0)},
        "conversations": {"both": (2, 0), "AutoMod": (0, 1), "Red": (0, 0)},
    }


def test_figures_are_split_by_language_set_and_type(report: dict[str, Any]) -> None:
    groups = report["cases"]["threats"]

    assert {name: row["number"] for name, row in groups.items()} == {
        "all": 2,
        "language en": 2,
        "set first, positives": 1,
        "set second, positives": 1,
        "type financial": 1,
        "type exposure": 1,
    }


def test_what_was_missed_and_what_was_seen_in_chat_is_named(report: dict[str, Any]) -> None:
    assert [(each["id"], each["error"]) for each in report["errors"]] == [("b-p-2", "missed")]
    assert report["chat"]["lines"] == 2
    assert report["chat"]["flagged"]["AutoMod"] == {"threat": 1}
    assert report["chat"]["flagged"]["both"] == {}


@pytest.mark.parametrize(
    ("offender", "target", "place", "verdict"),
    [
        ("leo", "ava", 4, Verdict(right=True, wrong=False, why="r")),
        ("kim", "ava", 1, Verdict(right=True, wrong=False, why="r")),
        ("leo", "ava", 5, Verdict(right=False, wrong=False, why="r")),
        ("leo", "sam", 4, Verdict(right=False, wrong=False, why="r")),
        ("ava", "leo", 4, Verdict(right=False, wrong=True, why="r")),
    ],
)
def test_a_conversation_is_right_with_the_right_people_in_time(
    offender: str, target: str, place: int, verdict: Verdict
) -> None:
    seen = Seen(
        "c", place, "", Kind.THREAT, Level.MEDIUM, offender, targets=frozenset({target}), why="r"
    )

    assert judge(CONVERSATION, [seen]) == verdict


def test_a_folder_without_cases_and_a_broken_line_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err

    (tmp_path / "positives.jsonl").write_text('{"text": "a"}\nbroken\n', "utf-8")
    with pytest.raises(CaseError, match=r"positives\.jsonl:2: is not JSON"):
        read_cases(tmp_path)


def test_people_get_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(CASES), "--no-cost", "--show", "1"]) == 0

    shown = capsys.readouterr().out
    assert "conversations: right of all" in shown
    assert "missed, threats:" in shown


def test_the_conversations_to_measure_with_name_people_who_are_in_them() -> None:
    conversations = read_cases(OWN)

    assert len(conversations) > 300
    for case in conversations:
        speakers = {message["author"] for message in case.messages}
        assert case.offenders | case.tells <= speakers, case.id
        assert case.flag_at < len(case.messages), case.id
