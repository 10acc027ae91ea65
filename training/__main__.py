"""The door to the training: measure each hand by a model that never saw it, then write the model.

`python -m training [--cases FOLDER]`: the folder holds cases to measure, which are never learned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.detection.learned import MODEL, unpack
from training.fit import model_of
from training.measure import WAYS, Figures, chat_figures, figures, held_out, read_cases
from training.sentences import LABELS, read_sentences

_Rows = dict[tuple[str, str], Figures]


def main() -> None:
    """Train, print what was measured, and write the model file."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--cases", type=Path, help="a folder of cases to measure the model with")
    parser.add_argument("--only-write", action="store_true", help="measure nothing")
    asked = parser.parse_args()
    console = Console()
    sentences = read_sentences()
    table = _table()
    if not asked.only_write:
        for hand, found in held_out(sentences):
            _add(table, f"hand {hand}, unseen", found)
    content = model_of(sentences)
    if asked.cases:
        _add(table, "cases", figures(read_cases(asked.cases), unpack(content)))
    if table.row_count:
        console.print(table)
    if asked.cases:
        _print_chat(asked.cases, content, console)
    MODEL.write_bytes(content)
    console.print(f"{len(sentences):,} sentences; {MODEL.name}: {len(content):,} bytes")


def _table() -> Table:
    table = Table(title="Taken for a threat / for a disclosure, in percent", title_justify="left")
    for heading in ("sentences", "that are", "number", *WAYS):
        table.add_column(heading)
    return table


def _add(table: Table, name: str, found: _Rows) -> None:
    for label in LABELS:
        rows = [found[way, label] for way in WAYS if (way, label) in found]
        if rows:
            cells = [f"{100 * row.threat:.1f} / {100 * row.disclosure:.1f}" for row in rows]
            table.add_row(name, label, str(rows[0].number), *cells)


def _print_chat(folder: Path, content: bytes, console: Console) -> None:
    chat = chat_figures(folder, unpack(content))
    if chat is None:
        return
    share = 100 * chat.asked / chat.lines
    console.print(f"ordinary chat: {chat.lines:,} lines, the model is asked about {share:.2f} %")
    for line in chat.found:
        console.print(f"  {line}", markup=False)


if __name__ == "__main__":
    main()
