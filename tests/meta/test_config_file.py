"""config.yaml shows and explains every choice that there is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from bot.config import Config, PolicySettings, load_config

FILE = Path(__file__).resolve().parents[2] / "config.yaml"
WRITTEN = yaml.safe_load(FILE.read_text("utf-8"))


def keys_of(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Every key of a model and of the models in it, as `part.key`."""
    for key, field in model.model_fields.items():
        yield f"{before}{key}"
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from keys_of(inner, f"{before}{key}.")


def keys_in(written: Any, before: str = "") -> Iterator[str]:
    """Every key of a loaded file, as `part.key`."""
    if isinstance(written, dict):
        for key, value in written.items():
            yield f"{before}{key}"
            yield from keys_in(value, f"{before}{key}.")


def paragraphs() -> list[list[str]]:
    """The file's lines from one blank line to the next."""
    return [part.splitlines() for part in FILE.read_text("utf-8").split("\n\n")]


def test_every_key_stands_in_the_file_and_no_other() -> None:
    assert sorted(keys_in(WRITTEN)) == sorted(keys_of(Config))


def test_what_stands_there_are_the_defaults() -> None:
    """So that leaving a key out, and copying the file, mean the same."""
    plain = Config()
    loaded = load_config(FILE)

    anchored = {"database": loaded.database, "discord": loaded.discord}
    assert loaded == plain.model_copy(update=anchored)
    assert WRITTEN["database"]["url"] == plain.database.url
    assert WRITTEN["database"]["key_file"] == str(plain.database.key_file)
    assert WRITTEN["discord"]["token_file"] is plain.discord.token_file is None
    for key in ("api_url", "gateway_url"):
        assert getattr(loaded.discord, key) == getattr(plain.discord, key)


def test_every_group_of_keys_is_explained() -> None:
    silent = [lines[0] for lines in paragraphs() if not any("#" in line for line in lines)]

    explained_by_their_names = ["logging:"]
    assert [line for line in silent if line not in explained_by_their_names] == []


@pytest.mark.parametrize("key", sorted(PolicySettings.model_fields))
def test_every_choice_of_a_server_is_explained_above_its_key(key: str) -> None:
    lines = FILE.read_text("utf-8").splitlines()
    at = next(n for n, line in enumerate(lines) if re.match(rf"  {key}:", line))

    above = next(line for line in reversed(lines[:at]) if not re.match(r"  \w+:", line))
    assert above.startswith("  # ")
