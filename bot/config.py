"""The only module that knows config.yaml and the environment: both become frozen models."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.services.budgets import Budgets
from bot.services.choices import PolicySettings, in_plain_words
from bot.services.patience import Patience
from bot.storage import anchored_url
from bot.yaml_text import parse_yaml, slip_in

TOKEN_VARIABLE = "NOTALONE_TOKEN"  # noqa: S105 - the variable's name is no secret
TOKEN_FILE_VARIABLE = "NOTALONE_TOKEN_FILE"  # noqa: S105 - likewise

_TOKEN = re.compile(r"[\w-]{20,32}\.[\w-]{5,8}\.[\w-]{25,50}")
"""The form of a bot token: three parts of base64 (Discord API reference, "Authentication")."""


_KEY = "[key]"
"""What pydantic calls the place of a key that is wrong itself."""


class ConfigError(Exception):
    """The configuration cannot be used. `problems` says what is wrong and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class DiscordSettings(_Model):
    """Where Discord is, and where the token lies."""

    api_url: str = Field("https://discord.com/api/v10", pattern=r"^https?://")
    gateway_url: str = Field("wss://gateway.discord.gg/", pattern=r"^wss?://")
    token_file: Path | None = None
    guild_ready_seconds: float = Field(2, ge=0, le=60)


class DatabaseSettings(_Model):
    """Where cases, evidence and deliveries are kept, and the key that encrypts them."""

    url: str = "sqlite+aiosqlite:///data/notalone.db"
    key_file: Path = Path("data/notalone.key")
    signing_key_file: Path = Path("data/notalone-signing.key")


class ConversationSettings(_Model):
    """How much of what is said is remembered, in memory only."""

    minutes: int = Field(30, ge=1, le=24 * 60)
    messages_per_channel: int = Field(50, ge=5, le=500)
    messages: int = Field(20_000, ge=100, le=1_000_000)


class BudgetSettings(_Model):
    """How many direct messages the bot may send unasked."""

    person_day: int = Field(2, ge=1)
    server_hour: int = Field(20, ge=1)
    server_day: int = Field(60, ge=1)
    bot_hour: int = Field(100, ge=1)


class DeliverySettings(_Model):
    """How stubbornly, and how much, the bot sends."""

    lease_seconds: float = Field(60, ge=1, le=600)
    attempts: int = Field(12, ge=1, le=100)
    budgets: BudgetSettings = BudgetSettings()


class CatchUpSettings(_Model):
    """How far back the bot looks for what it missed while it was away."""

    hours: float = Field(24, ge=0, le=24 * 14)
    messages_per_channel: int = Field(2_000, ge=1, le=100_000)


class LogSettings(_Model):
    """How the log is written: to standard error, without anybody's words."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Config(_Model):
    """Everything that the operator chose. Paths are absolute."""

    contact: str | None = Field(None, min_length=3, max_length=200)
    discord: DiscordSettings = DiscordSettings()
    database: DatabaseSettings = DatabaseSettings()
    conversation: ConversationSettings = ConversationSettings()
    deliveries: DeliverySettings = DeliverySettings()
    catch_up: CatchUpSettings = CatchUpSettings()
    logging: LogSettings = LogSettings()
    defaults: PolicySettings = PolicySettings()
    servers: dict[int, PolicySettings] = {}

    def budgets(self) -> Budgets:
        """The budgets as the dispatcher knows them."""
        return Budgets(**dict(self.deliveries.budgets))

    def patience(self) -> Patience:
        """Lease and attempts as the dispatcher knows them."""
        return Patience(lease=self.deliveries.lease_seconds, attempts=self.deliveries.attempts)


def load_config(path: Path) -> Config:
    """Read a configuration file; paths in it are relative to its folder.

    Raises ConfigError with everything that is wrong, each with file and key.
    """
    return parse_config(_read(path), path=path)


def parse_config(written: Any, *, path: Path) -> Config:
    """The configuration that stands in a loaded YAML document. Raises as `load_config`."""
    if written is None:
        written = {}
    if not isinstance(written, Mapping):
        raise ConfigError([f"{path}: must be a list of keys and values, see config.yaml"])
    _refuse_token(written, path)
    written = {key: value for key, value in written.items() if value is not None}
    try:
        config = Config.model_validate(_with_defaults(written))
    except ValidationError as error:
        own = [found for found in error.errors() if not _is_inherited(found, written)]
        raise ConfigError([_problem(path, found) for found in own]) from None
    return _anchored(config, path)


def read_token(config: Config, environment: Mapping[str, str] = os.environ) -> str:
    """The bot token from the environment or a file. Raises ConfigError when there is none."""
    token, source = environment.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
    file = environment.get(TOKEN_FILE_VARIABLE) or config.discord.token_file
    if not token and file:
        source = f"{file}, which must hold nothing else,"
        try:
            token = Path(file).read_text("utf-8-sig").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError([f"{file}: cannot read the bot token ({error})"]) from None
    if not token:
        raise ConfigError(
            [
                (
                    f"there is no bot token: set {TOKEN_VARIABLE}, or discord.token_file in the "
                    "configuration to a file that holds it (README.md, 'On a real server')"
                )
            ]
        )
    if not _TOKEN.fullmatch(token):
        raise ConfigError(
            [
                (
                    f"the bot token in {source} is malformed: copy it anew from the Developer "
                    "Portal (your application, Bot, Reset Token); it has three parts with dots "
                    "between"
                )
            ]
        )
    return token


def _read(path: Path) -> Any:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            [f"{path}: there is no such file; config.yaml of the project is a complete example"]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: cannot be read ({error})"]) from None
    try:
        return parse_yaml(text)
    except yaml.YAMLError as error:
        line, slip = slip_in(text, error)
        raise ConfigError([f"{path}, line {line}: not valid YAML ({slip})"]) from None


def _refuse_token(written: Any, path: Path, place: str = "") -> None:
    """A token in a file that is shared or committed is a lost bot (Developer Terms, 2(d))."""
    if isinstance(written, Mapping):
        for key, value in written.items():
            if key == "token":
                raise ConfigError([_token_problem(path, f"{place}{key}")])
            _refuse_token(value, path, f"{place}{key}.")
    elif isinstance(written, list):
        for value in written:
            _refuse_token(value, path, place)
    elif isinstance(written, str) and _TOKEN.fullmatch(written.strip()):
        raise ConfigError([_token_problem(path, place.rstrip("."))])


def _token_problem(path: Path, key: str) -> str:
    return (
        f"{path}: {key}: a bot token does not belong in this file. Remove it, reset it in the "
        f"Developer Portal, and set {TOKEN_VARIABLE} or discord.token_file"
    )


def _with_defaults(written: Mapping[Any, Any]) -> dict[Any, Any]:
    """Let every server's choices, which may be none, stand on the operator's defaults."""
    defaults, servers = written.get("defaults"), written.get("servers")
    if not isinstance(servers, Mapping) or not isinstance(defaults, Mapping | None):
        return dict(written)
    merged = {
        guild: {**(defaults or {}), **(choices or {})}
        if isinstance(choices, Mapping | None)
        else choices
        for guild, choices in servers.items()
    }
    return {**written, "servers": merged}


def _is_inherited(error: Any, written: Mapping[Any, Any]) -> bool:
    """Whether what is wrong in a server's part stands among the defaults, where it is named."""
    place = error["loc"]
    if place[0] != "servers" or len(place) < len(("servers", "identifier", "key")):
        return False
    return place[2] != _KEY and place[2] not in (written["servers"][place[1]] or {})


def _problem(path: Path, error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["loc"][-1] == _KEY:
        return (
            f"{path}: {place.removesuffix(f'.{_KEY}')}: must be the server's identifier, in quotes "
            "(in Discord: Advanced, Developer Mode; right-click the server, Copy Server ID)"
        )
    if error["type"] != "extra_forbidden":
        return f"{path}: {place}: {in_plain_words(error)}"
    near = get_close_matches(str(error["loc"][-1]), _known_keys(error["loc"][:-1]), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{path}: {place}: there is no such key{hint}"


def _known_keys(place: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Config
    for part in place:
        if model is Config and part == "servers":
            return list(PolicySettings.model_fields)
        model = model.model_fields[part].annotation  # type: ignore[assignment]
    return list(model.model_fields)


def _anchored(config: Config, path: Path) -> Config:
    """The same configuration with paths made absolute from the file's folder."""
    folder = path.resolve().parent
    token_file = config.discord.token_file
    database = config.database.model_copy(
        update={
            "url": _database_url(config.database.url, folder, path),
            "key_file": folder / config.database.key_file,
            "signing_key_file": folder / config.database.signing_key_file,
        }
    )
    discord = config.discord.model_copy(
        update={"token_file": folder / token_file if token_file else None}
    )
    return config.model_copy(update={"database": database, "discord": discord})


def _database_url(written: str, folder: Path, path: Path) -> str:
    try:
        return anchored_url(written, folder)
    except ValueError as error:
        raise ConfigError([f"{path}: database.url: {error}"]) from None
