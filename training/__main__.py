"""The door to the training: make the model file, or measure the one that is there.

`python -m training --talk FOLDER` makes it; `training/fetch-talk FOLDER` brings the talk. With
`--further HAND ...` the one that is there learns these hands too, in less time.
`python -m training [--cases FOLDER]` measures the one that is there; cases are never learned.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.detection.learned import MODEL, LearnedJudge
from training.measure import WAYS, chat_figures, figures, kinds_of, read_cases
from training.sentences import Sentence, read_kept_apart, read_sentences
from training.settings import (
    ABSENT,
    CALM,
    COMMON,
    DRAWN,
    EVERYDAY,
    PLAIN,
    SCENES,
    TWINS,
    WAITING,
)


def main() -> None:
    """Train if talk is named, then measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("--talk", type=Path, help="make the model anew with this talk")
    parser.add_argument(
        "--further", nargs="+", metavar="HAND", help="let the model that is there learn these too"
    )
    parser.add_argument("--cases", type=Path, help="also measure the cases in this folder")
    asked = parser.parse_args()
    console = Console()
    if asked.further and not asked.talk:
        parser.error("--further needs --talk FOLDER; training/fetch-talk FOLDER brings it")
    if asked.talk:
        _make(asked.talk, asked.further, console)
    model = LearnedJudge.load()
    apart = read_kept_apart()
    languages = sorted({each.language for each in apart} - {"en"})
    table = _table()
    _add(table, "en", [each for each in apart if each.language == "en"], model)
    _add(table, "others", [each for each in apart if each.language != "en"], model)
    for hand in (EVERYDAY, CALM, DRAWN):
        _add(table, hand, read_kept_apart(hand=hand), model)
    for hand in (SCENES, PLAIN, COMMON, TWINS, ABSENT, *WAITING):
        written = read_kept_apart(hand=hand)
        _add(table, f"en, {hand}", [each for each in written if each.language == "en"], model)
        _add(table, f"others, {hand}", [each for each in written if each.language != "en"], model)
    for language in languages:
        _add(table, language, [each for each in apart if each.language == language], model)
    if asked.cases:
        _add(table, "cases", read_cases(asked.cases), model)
    console.print(table)
    if asked.cases:
        _print_chat(asked.cases, model, console)


def _make(folder: Path, further: list[str] | None, console: Console) -> None:
    """Write the model file: anew, or with what the hands `further` wrote."""
    from training.fit import further_model_of, model_of  # noqa: PLC0415 - only training needs PyTorch
    from training.talk import read_talk  # noqa: PLC0415

    sentences = read_sentences()
    unknown = set(further or ()) - {each.hand for each in sentences}
    if unknown:
        names = ", ".join(sorted(unknown))
        raise SystemExit(f"--further: no sentence to learn is by {names}; see settings.WAITING")
    talk = read_talk(folder)
    if further:
        content = further_model_of(MODEL, further, sentences, talk, console.print)
    else:
        content = model_of(sentences, talk, console.print)
    MODEL.write_bytes(content)
    console.print(
        f"{len(sentences):,} sentences, {len(talk):,} lines of talk; "
        f"{MODEL.name}: {len(content):,} bytes"
    )


def _table() -> Table:
    table = Table(title="Taken for a threat / for a disclosure", title_justify="left")
    for heading in ("sentences of", "that are", "number", *WAYS):
        table.add_column(heading)
    return table


def _add(table: Table, name: str, sentences: list[Sentence], model: LearnedJudge) -> None:
    for what, of_kind in kinds_of(sentences).items():
        found = figures(of_kind, model)
        cells = [f"{found[way].threat} / {found[way].disclosure}" for way in WAYS]
        table.add_row(name, what, str(len(of_kind)), *cells)


def _print_chat(folder: Path, model: LearnedJudge, console: Console) -> None:
    chat = chat_figures(folder, model)
    if chat is None:
        return
    share = 100 * chat.asked / chat.lines
    console.print(f"ordinary chat: {chat.lines:,} lines, the model is asked about {share:.2f} %")
    for line in chat.found:
        console.print(f"  {line}", markup=False)


if __name__ == "__main__":
    main()
