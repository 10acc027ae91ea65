"""The command line: what can be asked of the program, and how it answers."""

from __future__ import annotations

import asyncio
import os
import sys
import typing
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from bot import databases, exports
from bot import explain as explanations
from bot import scan as scans
from bot.config import Config, ConfigError, load_config, read_token
from bot.detection import CatalogueError
from bot.detection.learned import ModelError
from bot.domain.dossier import Consent, Purpose
from bot.storage import KeyFileError, Keyring, Store, StoreUnavailableError
from bot.storage.copies import CopyError
from bot.transcripts import TranscriptError

_UNUSABLE = 2

cli = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    help="NotAlone: notices sextortion on Discord, helps in private, alerts moderators.",
)
database = typer.Typer(help="Look after the database.")
cli.add_typer(database, name="db")

_ConfigFile = Annotated[
    Path, typer.Option("--config", envvar="NOTALONE_CONFIG", help="The configuration file.")
]


@cli.callback(invoke_without_command=True)
def start(context: typer.Context, config: _ConfigFile = Path("config.yaml")) -> None:
    """Run the bot, unless a command is named."""
    context.obj = config
    if context.invoked_subcommand is None:
        _run_bot(_loaded(config))


@cli.command()
def demo(
    script: Annotated[
        Path | None, typer.Option(help="A conversation to play, in JSON Lines.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    export_to: Annotated[
        Path | None,
        typer.Option("--export", help="Write the evidence bundle of the demo's case to this file."),
    ] = None,
) -> None:
    """Show the real bot at work, without a Discord account."""
    from bot import demo as stage  # noqa: PLC0415 - the sandbox is needed nowhere else
    from bot.logs import configure_logs  # noqa: PLC0415 - likewise

    configure_logs(Config().logging.model_copy(update={"level": "error"}))
    try:
        stage.run(script, as_json=as_json, out=sys.stdout, export_to=export_to)
    except (TranscriptError, OSError) as error:
        _fail([str(error)])


@cli.command()
def scan(
    files: Annotated[
        list[Path], typer.Argument(help="Conversations: JSON Lines or DiscordChatExporter JSON.")
    ],
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object per finding.")
    ] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say of every message why it was found, or why not."),
    ] = False,
) -> None:
    """Look for threats and disclosures in files; `-` is what is typed or piped in."""
    run = explanations.run if explain else scans.run
    try:
        status = run(files, as_json=as_json, out=sys.stdout, err=sys.stderr)
    except (CatalogueError, ModelError) as error:  # edited files of the project's
        _fail([str(error)])
    raise typer.Exit(status)


@cli.command()
def check(context: typer.Context) -> None:
    """Say what is wrong with the configuration, and how to mend it."""
    from bot.check import diagnose  # noqa: PLC0415 - nothing else needs it

    found = asyncio.run(diagnose(context.obj, os.environ))
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for note in found.notes:
        typer.echo(note)
    if found.problems:
        _fail(found.problems)
    typer.echo("Everything is in order.")


@cli.command()
def export(
    context: typer.Context,
    *,
    case: Annotated[int, typer.Option(help="The number of the case.")],
    output: Annotated[Path, typer.Option(help="The file to write: a new one.")],
    recipient: Annotated[str, typer.Option("--for", help="To whom it is handed.", prompt=True)],
    reason: Annotated[str, typer.Option(help="Why it is handed on.", prompt=True)],
    consent: Annotated[
        Consent, typer.Option(help="Whether the person who was threatened agreed.", prompt=True)
    ],
) -> None:
    """Write the evidence bundle of a case. It is recorded to whom, why, and with what consent."""
    config, purpose = _loaded(context.obj), Purpose(recipient, reason, consent)
    try:
        written = exports.export(config, case, purpose, output)
    except LookupError:
        _fail([f"there is no case {case} in this database"])
    except (KeyFileError, StoreUnavailableError, OSError) as error:
        _fail([str(error)])
    typer.echo(f"{output}: written. Its SHA-256:\n{written.digest}")
    typer.echo(f"Fingerprint of the key that signed it:\n{written.fingerprint}")


@cli.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle, or the folder it was unpacked to.")],
    *,
    signed_by: Annotated[
        str | None, typer.Option(help="The fingerprint of the key that must have signed it.")
    ] = None,
) -> None:
    """Say whether an evidence bundle is intact: status 0 intact, 1 altered, 2 not judged."""
    raise typer.Exit(exports.verify(bundle, signed_by=signed_by, out=sys.stdout, err=sys.stderr))


@database.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to this version; the bot does so by itself at every start."""
    config = _loaded(context.obj)
    try:
        asyncio.run(_upgrade(config))
    except (KeyFileError, StoreUnavailableError) as error:
        _fail([str(error)])
    typer.echo("The database is up to date.")


@database.command()
def backup(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="The file to write: new.")]
) -> None:
    """Copy the database to a file, consistent while the bot runs (SQLite)."""
    _look_after(lambda config: databases.backup(config, file), context.obj)


@database.command()
def restore(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="A backup.")]
) -> None:
    """Put a backup in the place of the database, while the bot is stopped (SQLite)."""
    _look_after(lambda config: databases.restore(config, file), context.obj)


@database.command()
def rotate_key(context: typer.Context) -> None:
    """Change the master key, while the bot is stopped. If it was cut off, run it again."""
    _look_after(databases.rotate, context.obj)


def main() -> None:
    """Run the command line. What the terminal or the file has no letters for becomes a `?`."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    cli()


def _look_after(work: Callable[[Config], str], path: Path) -> None:
    config = _loaded(path)
    try:
        typer.echo(work(config))
    except (CopyError, KeyFileError, StoreUnavailableError, OSError) as error:
        _fail([str(error)])


def _run_bot(config: Config) -> None:
    from bot.advice import AdviceFileError  # noqa: PLC0415 - a check or a scan needs no client
    from bot.app import App, StartError, point_to  # noqa: PLC0415 - likewise
    from bot.logs import configure_logs  # noqa: PLC0415 - likewise

    configure_logs(config.logging)
    point_to(config)
    try:
        token = read_token(config)
        app = App(config, keyring=Keyring.load_or_create(config.database.key_file))
        asyncio.run(app.run(token))
    except (ConfigError, KeyFileError, StartError) as error:
        _fail([str(error)])
    except (AdviceFileError, CatalogueError, ModelError) as error:  # edited files of the project's
        _fail([str(error)])
    except asyncio.CancelledError:
        return


async def _upgrade(config: Config) -> None:
    store = Store(config.database.url, Keyring.load_or_create(config.database.key_file))
    try:
        await store.migrate()
    finally:
        await store.close()


def _loaded(path: Path) -> Config:
    try:
        return load_config(path)
    except ConfigError as error:
        _fail(error.problems)


def _fail(problems: list[str]) -> typing.NoReturn:
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(_UNUSABLE)
