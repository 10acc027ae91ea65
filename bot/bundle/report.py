"""The only module that knows templates: the report for people, and how to verify a bundle."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from bot.advice import Language
from bot.bundle import done, names, story
from bot.bundle.legible import is_legible
from bot.bundle.visible import visible
from bot.domain.dossier import Dossier

_TEMPLATES = Path(__file__).parent / "templates"


def report(dossier: Dossier, language: Language, *, fingerprint: str) -> bytes:
    """The case as one page of HTML: no scripts, nothing fetched, for screens and paper."""
    told = replace(dossier, items=tuple(i for i in dossier.items if is_legible(i)))
    known = story.names_of(told.items)
    style = (_TEMPLATES / "report.css").read_text("utf-8")
    return _rendered(
        "report.html.j2",
        language,
        dossier=dossier,
        fingerprint=fingerprint,
        style=style,
        style_hash=_csp_hash(style),
        categories=[language.text(f"category.{category}") for category in dossier.categories],
        people=story.people(told),
        named=lambda person: story.named(person, known),
        conversation=story.conversation(told),
        tellings=done.tellings(told),
        findings=done.findings(told),
        deeds=done.deeds(told),
        identifiers=story.identifiers(told),
        label=lambda key: _label(key, language),
        worded=lambda key, code: _worded(key, code, language),
        illegible=[item.seq for item in dossier.items if item not in told.items],
        names=names,
    )


def how_to_verify(dossier: Dossier, language: Language, *, fingerprint: str) -> bytes:
    """How to check the bundle with common tools, as plain text."""
    return _rendered(
        "how_to_verify.txt.j2", language, dossier=dossier, fingerprint=fingerprint, names=names
    )


def _label(key: str, language: Language) -> str:
    """What a detail is called; its own name where there are no words for it."""
    known = key in done.LABELLED
    return language.text(f"export.detail.{key}") if known else visible(key.replace("_", " "))


def _worded(key: str, code: str, language: Language) -> str:
    """What a code of that kind means; itself where there are no words for it."""
    words = {
        "categories": f"category.{code}",
        "consent": f"export.consent.{code}",
        "level": f"level.{code}",
        "what": f"export.what.{code.replace(' ', '_')}",
    }
    return language.texts.get(words.get(key, ""), code)


def _rendered(template: str, language: Language, **values: Any) -> bytes:
    page = _environment().get_template(template)
    written = page.render(
        text=language.text,
        locale=language.locale,
        moment=story.moment,
        visible=visible,
        time_of=story.time_of,
        **values,
    )
    return written.encode("utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _csp_hash(style: str) -> str:
    """What the page's policy allows: exactly this style sheet (CSP Level 3, "hash-source")."""
    digest = hashlib.sha256(style.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
