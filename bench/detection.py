"""How good the detector and its peers are: `python -m bench.detection FOLDER`."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.cases import CHAT, CONVERSATION, DISCLOSURE, INNOCENT, Case, CaseError, read_cases
from bench.cases import read_chat as ordinary_chat
from bench.expense import expense
from bench.scoring import Verdict, flagged, score
from bench.systems import SKIPPED, Seen, System, systems

_WHOLE = "both"
_COSTS = {
    "ordinary_us": ("ordinary message", "µs", 5.0),
    "worst_ms": ("worst message of 4,000 characters", "ms", 5.0),
    "judged_ms": ("message that reaches the judge", "ms", 2.0),
    "automod_us": ("ordinary message, AutoMod", "µs", None),
    "red_us": ("ordinary message, Red", "µs", None),
    "start_s": ("start-up", "s", 2.0),
    "memory_mb": ("memory, Python included", "MB", 120.0),
}
"""What each cost is called, its unit, and the most that it should be."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Score and print; 2 when the folder holds no cases."""
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__)
    parser.add_argument("folder", type=Path, help="cases in JSON Lines: see docs/detection.md")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="N errors of each kind")
    parser.add_argument("--no-cost", action="store_true", help="score only")
    asked = parser.parse_args(arguments)
    try:
        report = measure(asked.folder, cost=not asked.no_cost)
    except CaseError as error:
        print(error, file=sys.stderr)
        return 2
    if asked.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        _show(report, Console(), errors=asked.show)
    return 0


def measure(folder: Path, *, cost: bool = True) -> dict[str, Any]:
    """Everything that is known of the cases in `folder`. Raises CaseError."""
    cases, ways = read_cases(folder), systems()
    with tempfile.TemporaryDirectory() as place:
        verdicts = {name: score(cases, way, Path(place)) for name, way in ways.items()}
        chat = _chat(folder, ways, Path(place))
    threats = [
        m["text"] for c in cases if c.kind not in (INNOCENT, CONVERSATION) for m in c.messages
    ]
    return {
        "cases": _table(cases, verdicts),
        "chat": chat,
        "errors": list(_errors(cases, verdicts[_WHOLE])),
        "cost": {k: round(v, 3) for k, v in expense(threats).items()} if cost else {},
        "notes": [] if "profanity" in ways else [SKIPPED],
    }


def _table(
    cases: Sequence[Case], verdicts: Mapping[str, Mapping[str, Verdict]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """For each kind and group how many cases there are, and per system how many right and wrong."""
    table: dict[str, dict[str, dict[str, Any]]] = {}
    for place, case in enumerate(cases):
        for group in ("all", *sorted(case.groups)):
            row = table.setdefault(case.kind, {}).setdefault(group, {"number": 0})
            row["number"] += 1
            for name, judged in verdicts.items():
                counts = row.setdefault(name, {"right": 0, "wrong": 0})
                counts["right"] += judged[str(place)].right
                counts["wrong"] += judged[str(place)].wrong
    return table


def _chat(folder: Path, ways: Mapping[str, System], place: Path) -> dict[str, Any]:
    """Ordinary chat: how many lines each system takes for a threat, and which the detector does."""
    lines = list(ordinary_chat(folder))
    if not lines:
        return {}
    seen = {name: flagged(lines, way, place) for name, way in ways.items()}
    counts = {name: dict(Counter(s.kind.value for s in found)) for name, found in seen.items()}
    return {
        "lines": len(lines),
        "languages": dict(Counter(line["lang"] for line in lines)),
        "flagged": counts,
        "shown": [_brief(s) for s in seen[_WHOLE]],
    }


def _brief(seen: Seen) -> dict[str, str]:
    return {"kind": seen.kind.value, "why": seen.why, "text": seen.text[:300]}


def _errors(cases: Sequence[Case], verdicts: Mapping[str, Verdict]) -> Iterator[dict[str, Any]]:
    for place, case in enumerate(cases):
        verdict = verdicts[str(place)]
        if not verdict.right or verdict.wrong:
            yield {
                "id": case.id,
                "kind": case.kind,
                "error": "wrongly flagged" if verdict.wrong else "missed",
                "why": verdict.why,
                "text": " / ".join(message["text"] for message in case.messages)[:400],
            }


def _show(report: Mapping[str, Any], console: Console, *, errors: int) -> None:
    for kind, groups in report["cases"].items():
        console.print(_figures(kind, groups))
    if report["chat"]:
        console.print(_chat_line(report["chat"]))
    if report["cost"]:
        console.print(_costs(report["cost"]))
    for note in report["notes"]:
        console.print(note, markup=False)
    for line in _listed(report, errors):
        console.print(line, markup=False, highlight=False)


def _figures(kind: str, groups: Mapping[str, Mapping[str, Any]]) -> Table:
    """Right of all; behind a minus sign, how often somebody innocent was taken for an offender."""
    names = [name for name in groups["all"] if name != "number"]
    table = Table(title=f"{kind}: right of all (− wrongly flagged)", title_justify="left")
    for heading in ("", *names):
        table.add_column(heading, justify="left" if not heading else "right")
    harm = kind in (INNOCENT, DISCLOSURE, CONVERSATION)
    for group, row in sorted(groups.items(), key=lambda pair: (pair[0] != "all", pair[0])):
        number = row["number"]
        cells = (
            f"{row[name]['right']}/{number}" + (f" −{row[name]['wrong']}" if harm else "")
            for name in names
        )
        table.add_row(group, *cells)
    return table


def _chat_line(chat: Mapping[str, Any]) -> str:
    found = "; ".join(
        f"{name}: {counts.get('threat', 0)} threats, {counts.get('disclosure', 0)} disclosures"
        for name, counts in chat["flagged"].items()
    )
    return f"{CHAT}: {chat['lines']:,} lines of ordinary talk. Taken for … {found}"


def _costs(cost: Mapping[str, float]) -> Table:
    table = Table(title="cost, in processor time", title_justify="left")
    for heading in ("measured", "figure", "goal"):
        table.add_column(heading, justify="left" if heading == "measured" else "right")
    for key, (name, unit, goal) in _COSTS.items():
        table.add_row(name, f"{cost[key]:.2f} {unit}", f"≤ {goal:g} {unit}" if goal else "")
    return table


def _listed(report: Mapping[str, Any], count: int) -> Iterator[str]:
    """Up to `count` errors of each sort, and what was seen in ordinary chat."""
    sorts: Iterable[tuple[str, str]] = dict.fromkeys(
        (each["error"], each["kind"]) for each in report["errors"]
    )
    for error, kind in sorts if count else ():
        yield f"\n{error}, {kind}:"
        alike = [e for e in report["errors"] if (e["error"], e["kind"]) == (error, kind)]
        for each in alike[:count]:
            yield f"  {each['id']}: {each['text']}" + (f"  [{each['why']}]" if each["why"] else "")
    for each in report["chat"].get("shown", ())[:count]:
        yield f"  chat, {each['kind']} by {each['why']}: {each['text']}"


if __name__ == "__main__":
    sys.exit(main())
