"""The report in a real browser: readable on every width and on paper, and it fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.bundle.building import HOSTILE

_READABLE = 4.5
"""The least contrast of text with what is behind it (WCAG 2.2, 1.4.3, level AA)."""

_CONTRASTS = """
() => {
  const channel = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const light = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (colour !== 'rgba(0, 0, 0, 0)') return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('main *')]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {
      const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    });
}
"""
_TOO_WIDE = """
() => [...document.querySelectorAll('body *')]
  .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((e) => e.tagName + ' ' + e.textContent.slice(0, 40))
"""


async def opened(browser: Browser, report: Path, **how: Any) -> tuple[Page, list[str], list[str]]:
    """The page, every address that it asked for, and every complaint of the browser."""
    page = await browser.new_page(**how)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    await page.goto(report.as_uri())
    return page, asked, complaints


@pytest.mark.parametrize("width", [320, 768, 1280])
async def test_nothing_is_wider_than_the_screen(browser: Browser, report: Path, width: int) -> None:
    page, _, _ = await opened(browser, report, viewport={"width": width, "height": 800})

    assert await page.evaluate(_TOO_WIDE) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_stands_out_from_what_is_behind_it(
    browser: Browser, report: Path, scheme: Any
) -> None:
    page, _, _ = await opened(browser, report, color_scheme=scheme)

    contrasts = await page.evaluate(_CONTRASTS)

    assert len(contrasts) > 100
    assert min(contrasts) >= _READABLE


async def test_the_page_asks_for_nothing_and_runs_nothing(browser: Browser, report: Path) -> None:
    """Nothing but itself is asked for, whatever was written in it."""
    page, asked, complaints = await opened(browser, report)

    assert asked == [report.as_uri()]
    assert complaints == []
    assert await page.evaluate("document.querySelectorAll('script,img,a,iframe,link').length") == 0
    refused = await page.evaluate(
        "fetch('https://example.com/').then(() => 'fetched', () => 'refused')"
    )
    assert refused == "refused"


async def test_what_was_written_is_read_as_it_was_written(browser: Browser, report: Path) -> None:
    page, _, _ = await opened(browser, report)

    quoted = await page.evaluate(
        "[...document.querySelectorAll('article.message blockquote')].map((e) => e.textContent)"
    )

    assert quoted[0] == HOSTILE[0].replace("https://", "https[:]//")
    assert quoted[3] == (
        "[U+202E]unreadable[U+202C] [U+2066]left[U+2069] [U+200B]zero[U+200B] [U+D83D] half"
    )
    assert HOSTILE[2] in quoted
    assert HOSTILE[3] in quoted
    assert HOSTILE[4] in quoted
    title = await page.text_content("h1")
    assert title == "Record of case 1"


async def test_it_prints_on_white_paper(browser: Browser, report: Path) -> None:
    page, _, _ = await opened(browser, report, color_scheme="dark")
    await page.emulate_media(media="print")

    behind = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    printed = await page.pdf(format="A4")

    assert behind == "rgb(255, 255, 255)"
    assert min(await page.evaluate(_CONTRASTS)) >= _READABLE
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") > 3
