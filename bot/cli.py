"""The command line: what can be asked of the program, and how it answers."""

from __future__ import annotations

import asyncio
import os
import sys
import typing
from pathlib import Path
from typing import Annotated

import typer

from bot import explain as explanations
from bot import scan as scans
from bot.config import Config, ConfigError, load_config, read_token
from bot.storage import KeyFileError, Keyring, Store, StoreUnavailableError
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
) -> None:
    """Show the real bot at work, without a Discord account."""
    from bot import demo as stage  # noqa: PLC0415 - the sandbox is needed nowhere else
    from bot.logs import configure_logs  # noqa: PLC0415 - likewise

    configure_logs(Config().logging.model_copy(update={"level": "error"}))
    try:
        stage.run(script, as_json=as_json, out=sys.stdout)
    except TranscriptError as error:
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
    if explain:
        status = explanations.run(files, as_json=as_json, out=sys.stdout, err=sys.stderr)
        raise typer.Exit(status)
    raise typer.Exit(scans.run(files, as_json=as_json, out=sys.stdout, err=sys.stderr))


@cli.command()
def check(context: typer.Context) -> None:
    """Say what is wrong with the configuration, and how to mend it."""
    from bot.check import diagnose  # noqa: PLC0415 - nothing else needs it

    found = asyncio.run(diagnose(context.obj, os.environ))
    for warning in found.warnings:
        typer.echo(f"warning: {warning}", err=True)
    if found.problems:
        _fail(found.problems)
    typer.echo("Everything is in order.")


@database.command()
def upgrade(context: typer.Context) -> None:
    """Bring the database to this version; the bot does so by itself at every start."""
    config = _loaded(context.obj)
    try:
        asyncio.run(_upgrade(config))
    except (KeyFileError, StoreUnavailableError) as error:
        _fail([str(error)])
    typer.echo("The database is up to date.")


def main() -> None:
    """Run the command line."""
    cli()


def _run_bot(config: Config) -> None:
    from bot.app import App, StartError, point_to  # noqa: PLC0415 - a check or a scan needs no client
    from bot.logs import configure_logs  # noqa: PLC0415 - likewise

    configure_logs(config.logging)
    point_to(config)
    try:
        token = read_token(config)
        app = App(config, keyring=Keyring.load_or_create(config.database.key_file))
        asyncio.run(app.run(token))
    except (ConfigError, KeyFileError, StartError) as error:
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
