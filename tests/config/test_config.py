"""What the operator wrote becomes a configuration, or an error that says how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, ConfigError, load_config, parse_config, read_token
from bot.domain.assessment import Level
from bot.domain.policy import AdviceMode, Fallback, Policy

TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4OQ", "GabcDE", "a1B2" * 8))
FILE = Path("/somewhere/config.yaml")


def problems(written: Any) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        parse_config(written, path=FILE)
    return raised.value.problems


def test_an_empty_file_means_the_defaults() -> None:
    assert parse_config(None, path=FILE).defaults.policy() == Policy()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"defalts": {}}, "defalts: there is no such key; did you mean 'defaults'?"),
        (
            {"defaults": {"alert_chanel": "x"}},
            "defaults.alert_chanel: there is no such key; did you mean 'alert_channel'?",
        ),
        (
            {"deliveries": {"budgets": {"person_days": 1}}},
            "deliveries.budgets.person_days: there is no such key; did you mean 'person_day'?",
        ),
        (
            {"servers": {"12": {"ping_rolle": "x"}}},
            "servers.12.ping_rolle: there is no such key; did you mean 'ping_role'?",
        ),
        ({"qqq": 1}, "qqq: there is no such key"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_known_one(written: Any, said: str) -> None:
    assert problems(written) == [f"{FILE}: {said}"]


def test_every_problem_is_named_at_once() -> None:
    written = {"logging": {"level": "loud"}, "deliveries": {"attempts": 0}, "x": 1}
    assert [problem.split(": ")[1] for problem in problems(written)] == [
        "deliveries.attempts",
        "logging.level",
        "x",
    ]


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ({"token": TOKEN}, "token"),
        ({"discord": {"token": TOKEN}}, "discord.token"),
        ({"discord": {"token": None}}, "discord.token"),
        ({"discord": {"token_file": TOKEN}}, "discord.token_file"),
        ({"servers": {"1": {"alert_channel": f" {TOKEN} "}}}, "servers.1.alert_channel"),
        ({"defaults": {"moderator_roles": [TOKEN]}}, "defaults.moderator_roles"),
    ],
)
def test_a_token_is_refused_wherever_it_stands_and_never_repeated(written: Any, place: str) -> None:
    (problem,) = problems(written)
    assert problem.startswith(f"{FILE}: {place}: a bot token does not belong in this file.")
    assert TOKEN not in problem


def test_an_error_never_repeats_the_value() -> None:
    (problem,) = problems({"database": {"url": ["postgresql+asyncpg://me:hush@host/x"]}})
    assert "hush" not in problem


@pytest.mark.parametrize("written", ["text", ["a", "list"], 5])
def test_a_file_that_is_no_mapping_is_refused(written: Any) -> None:
    assert problems(written) == [f"{FILE}: must be a list of keys and values, see config.yaml"]


@pytest.mark.parametrize("level", ["loud", "none", 3, None, "HIGH"])
def test_a_level_must_be_one_that_there_is(level: Any) -> None:
    (problem,) = problems({"defaults": {"alert_from": level}})
    assert problem.endswith("must be one of low, medium, high, urgent")


@pytest.mark.parametrize("url", ["mysql://host/x", "notalone.db", "sqlite:///x.db", ""])
def test_a_database_must_be_one_of_the_two_kinds(url: str) -> None:
    (problem,) = problems({"database": {"url": url}})
    assert problem.startswith(f"{FILE}: database.url: must begin with sqlite+aiosqlite:///")


def test_paths_are_relative_to_the_file() -> None:
    config = parse_config({"discord": {"token_file": "secret/token"}}, path=FILE)
    assert config.database.url == "sqlite+aiosqlite:////somewhere/data/notalone.db"
    assert config.database.key_file == Path("/somewhere/data/notalone.key")
    assert config.discord.token_file == Path("/somewhere/secret/token")


def test_absolute_paths_and_servers_stay_as_they_are() -> None:
    config = parse_config(
        {"database": {"url": "postgresql+asyncpg://me:pw@host/db", "key_file": "/k"}}, path=FILE
    )
    assert config.database.url == "postgresql+asyncpg://me:pw@host/db"
    assert config.database.key_file == Path("/k")


def test_a_server_stands_on_the_defaults_of_the_file() -> None:
    written = {
        "defaults": {"alert_channel": "mods", "advice": "button", "ping_from": "urgent"},
        "servers": {"12": {"advice": "dm", "fallback": "button"}},
    }
    config = parse_config(written, path=FILE)
    assert config.servers[12].policy() == Policy(
        alert_channel="mods",
        advice=AdviceMode.DIRECT,
        fallback=Fallback.BUTTON,
        ping_from=Level.URGENT,
    )


def test_a_part_with_nothing_under_it_means_the_defaults() -> None:
    written = {"contact": None, "servers": None, "defaults": None, "logging": None}
    assert parse_config(written, path=FILE) == parse_config({}, path=FILE)
    assert parse_config({"servers": {"12": None}}, path=FILE).servers[12].policy() == Policy()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            {"defaults": {"moderator_roles": "Moderators"}},
            "defaults.moderator_roles: must be a list, like [one, another]",
        ),
        (
            {"defaults": {"language": False}},  # what YAML makes of `no`, Norwegian
            "defaults.language: must be a text; put it in quotes",
        ),
        ({"defaults": 4}, "defaults: must be keys and values, each on a line of its own"),
        (
            {"servers": {"Harbour": {"advice": "dm"}}},
            (
                "servers.Harbour: must be the server's identifier, in quotes "
                "(in Discord: Advanced, Developer Mode; right-click the server, Copy Server ID)"
            ),
        ),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(written: Any, said: str) -> None:
    assert problems(written) == [f"{FILE}: {said}"]


def test_what_is_wrong_in_the_defaults_is_said_once_and_there() -> None:
    written = {
        "defaults": {"many_targets": 0},
        "servers": {"1": {"advice": "dm"}, "2": {"many_targets": 99}, "3": None},
    }
    assert [problem.split(": ")[1] for problem in problems(written)] == [
        "defaults.many_targets",
        "servers.2.many_targets",
    ]


def test_an_identifier_that_yaml_took_for_a_number_is_text_again() -> None:
    written = {"defaults": {"alert_channel": 123456789012345678, "ignored_channels": [1, "b"]}}
    policy = parse_config(written, path=FILE).defaults.policy()
    assert policy.alert_channel == "123456789012345678"
    assert policy.ignored_channels == frozenset({"1", "b"})


@pytest.mark.parametrize("value", [0, -1, "many", 1.5])
def test_a_number_must_be_a_sensible_one(value: Any) -> None:
    assert len(problems({"defaults": {"many_targets": value}})) == 1


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("defaults:\n  advice: moderator\n", "utf-8")
    assert load_config(file).defaults.advice is AdviceMode.MODERATOR


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a: 1\nb: c: 2\n", ", line 2: not valid YAML"),
        (b"a:\n\tb: 1\n", ", line 2: not valid YAML (a tab; indent with spaces)"),
        (
            b"servers:\n  '1': {advice: dm}\nservers: {}\n",
            ", line 3: not valid YAML (the key 'servers' is there twice; put both",
        ),
        (
            b"defaults: &all\n  advice: dm\nservers:\n  '1': *all\n",
            ", line 4: not valid YAML (aliases (*) cannot be used here; write the value out",
        ),
        (b"\xff\xfe\x00", ": cannot be read"),
        (b"a: 1\nb: [2, \n", ", line 2: not valid YAML"),
        (b"a: [", ", line 1: not valid YAML"),
        (b"a: \x00\n", ", line 1: not valid YAML"),
        (b"!!python/object:os.system {}\n", ", line 1: not valid YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load_config(file)
    (problem,) = raised.value.problems
    assert problem.startswith(f"{file}{said}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load_config(tmp_path / "config.yaml")


# -- the token -------------------------------------------------------------------------------------


def with_file(path: Path) -> Config:
    return parse_config({"discord": {"token_file": str(path)}}, path=FILE)


def test_the_variable_goes_before_the_file(tmp_path: Path) -> None:
    config = with_file(tmp_path / "missing")
    assert read_token(config, {"NOTALONE_TOKEN": f" {TOKEN}\n"}) == TOKEN


def test_the_token_is_read_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", "utf-8")
    assert read_token(with_file(file), {}) == TOKEN
    assert read_token(parse_config({}, path=FILE), {"NOTALONE_TOKEN_FILE": str(file)}) == TOKEN


def test_a_token_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, "utf-8-sig")
    assert read_token(with_file(file), {}) == TOKEN


def test_a_malformed_token_is_refused_by_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"NOTALONE_TOKEN={TOKEN}", "utf-8")
    with pytest.raises(ConfigError) as raised:
        read_token(with_file(file), {})
    said = f"the bot token in {file}, which must hold nothing else, is malformed"
    assert str(raised.value).startswith(said)


@pytest.mark.parametrize("content", [b"", b" \n"])
def test_without_a_token_it_is_said_where_to_put_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    for config in (parse_config({}, path=FILE), with_file(file)):
        with pytest.raises(ConfigError, match="there is no bot token: set NOTALONE_TOKEN"):
            read_token(config, {})


@pytest.mark.parametrize("token", ["secret", f"Bot {TOKEN}", TOKEN[:-20], TOKEN.replace(".", "")])
def test_a_malformed_token_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(ConfigError, match="the bot token in NOTALONE_TOKEN is malformed") as raised:
        read_token(parse_config({}, path=FILE), {"NOTALONE_TOKEN": token})
    assert token not in str(raised.value)


def test_a_token_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing: cannot read the bot token"):
        read_token(with_file(tmp_path / "missing"), {})


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"quiet_hours": "at night"}, 'quiet_hours: must look like "22:00-07:00 Europe/Berlin"'),
        ({"quiet_hours": "22:00-07:00 Berlin"}, "quiet_hours: there is no time zone 'Berlin'"),
        ({"digest_day": "someday"}, "digest_day: must be null or one of monday, tuesday"),
        ({"auto_timeout_hours": 700}, "auto_timeout_hours: must be less than"),
        ({"case_threads": "forum"}, "case_threads: forum needs case_forum"),
    ],
)
def test_a_choice_of_the_moderators_desk_that_cannot_be_says_what_can(
    written: Any, said: str
) -> None:
    (problem,) = problems({"defaults": written})
    assert problem.removeprefix(f"{FILE}: defaults").lstrip(".: ").startswith(said)


def test_hours_and_days_are_kept_as_they_were_written() -> None:
    written = {"quiet_hours": "22:00-07:00 Europe/Berlin", "digest_day": None}
    policy = parse_config({"defaults": written}, path=FILE).defaults.policy()
    assert (policy.quiet_hours, policy.digest_day) == ("22:00-07:00 Europe/Berlin", None)
