"""The real files of the advice, loaded once."""

from __future__ import annotations

import pytest

from bot.advice.resources import Resources, load_resources
from bot.advice.texts import LOCALES, Language, Texts, load_texts


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load_texts()


@pytest.fixture(scope="session")
def english(texts: Texts) -> Language:
    return texts.get("en")


@pytest.fixture(params=sorted(path.stem for path in LOCALES.glob("*.yaml")))
def language(request: pytest.FixtureRequest, texts: Texts) -> Language:
    """Each language that there is, in turn."""
    return texts.languages[request.param]


@pytest.fixture(scope="session")
def resources() -> Resources:
    return load_resources()
