"""The only module that knows when a system was right about a case, and when it did harm."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.cases import CONVERSATION, DISCLOSURE, INNOCENT, Case
from bench.systems import Seen, System
from bot.domain.assessment import Kind, Level


class Verdict(NamedTuple):
    """Whether a case was understood; `wrong`: somebody innocent was taken for an offender."""

    right: bool
    wrong: bool
    why: str = ""


def judge(case: Case, seen: Sequence[Seen]) -> Verdict:
    """What `seen` is worth. Threats count from level medium on: then moderators look."""
    threats = [s for s in seen if s.kind is Kind.THREAT and s.level >= Level.MEDIUM]
    why = "; ".join(dict.fromkeys(s.why for s in threats))
    if case.kind == CONVERSATION:
        return _conversation(case, seen, threats)._replace(why=why)
    if case.kind == INNOCENT:
        return Verdict(right=not threats, wrong=bool(threats), why=why)
    if case.kind == DISCLOSURE:
        told = any(s.kind is Kind.DISCLOSURE for s in seen)
        return Verdict(right=told and not threats, wrong=bool(threats), why=why)
    return Verdict(right=bool(threats), wrong=False, why=why)


def _conversation(case: Case, seen: Sequence[Seen], threats: Sequence[Seen]) -> Verdict:
    wrong = any(threat.offender not in case.offenders for threat in threats)
    told = {name for s in seen if s.kind is Kind.DISCLOSURE for name in s.targets}
    in_time = not case.offenders or any(_is_right(case, threat) for threat in threats)
    return Verdict(right=in_time and not wrong and case.tells <= told, wrong=wrong)


def _is_right(case: Case, threat: Seen) -> bool:
    """Offender and target right, and no later than a careful person would say so."""
    return (
        threat.place <= case.flag_at
        and threat.offender in case.offenders
        and bool(not case.targets or threat.targets & case.targets)
    )


def score(cases: Sequence[Case], system: System, folder: Path) -> dict[str, Verdict]:
    """The verdict on each case by its place in `cases`; `folder` is for a transcript of them."""
    path = folder / "cases.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in _lines(cases)), "utf-8")
    by_case: dict[str | None, list[Seen]] = defaultdict(list)
    for seen in system(path):
        by_case[seen.conversation].append(seen)
    return {str(place): judge(case, by_case[str(place)]) for place, case in enumerate(cases)}


def flagged(chat: Iterable[Mapping[str, Any]], system: System, folder: Path) -> list[Seen]:
    """What is taken for a threat or a disclosure in ordinary chat."""
    path = folder / "chat.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in chat), "utf-8")
    return [seen for seen in system(path) if seen.level >= Level.MEDIUM]


def _lines(cases: Sequence[Case]) -> Iterator[dict[str, Any]]:
    for place, case in enumerate(cases):
        for message in case.messages:
            yield {**message, "conversation": str(place)}
