"""The only module that knows how letters can be disguised: text → plain words and their places."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_KNOWN_LETTERS = 20_000
"""How many folded characters are remembered: more than any chat uses, few enough to be bounded."""

_ROUNDS = 6
"""Folding settles after two or three rounds; the bound keeps hostile text from costing more."""

_DIACRITICS = (
    (0x0300, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
"""Blocks of marks that decorate Latin, Greek and Cyrillic; marks of other scripts are letters."""

_MODIFIERS = ((0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF))
_INVISIBLE = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})

_STROKES = {
    "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h",
    "’": "", "‘": "", "ʼ": "", "´": "", "`": " ", "\u2800": " ", "\u3164": " ", "\u115f": "",
    "\u1160": "", "\uffa0": "",
}  # fmt: skip
"""Letters that no decomposition opens, as people type them without the right keyboard."""

_SEPARATORS = ',;:?"()[]{}<>/\\=+~|.-_#%^&`\t\n\r\x0b\x0c'
"""Punctuation that ends a word. `!`, `*`, `$` and `@` may stand for letters and are kept."""

_CLAUSE_ENDS = frozenset('.!?;:,\n"()…—–-*>、。！？」「')
"""Characters after which the next word may be the first of an order ("now. pay"): a hyphen only if
it does not stand between letters ("dă-mi", "il-video")."""


class Token(NamedTuple):
    """A plain word and the place of its original: `start` and `end` count original characters."""

    word: str
    start: int
    end: int
    begins: bool = False
    """Whether a sentence or clause begins here."""


def _is_diacritic(code: int) -> bool:
    return any(low <= code <= high for low, high in _DIACRITICS)


def _plain(letter: str) -> str:
    """One compatibility-composed, case-folded character without its diacritics."""
    opened = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", letter).casefold())
    bare = "".join(part for part in opened if not _is_diacritic(ord(part)))
    return "".join(_STROKES.get(part, part) for part in unicodedata.normalize("NFC", bare))


def _fold_letter(letter: str) -> str:
    """What one character becomes: nothing if invisible, a word of its own if a symbol."""
    for _ in range(_ROUNDS):
        plain = "".join(_plain(part) for part in letter)
        if plain == letter:
            break
        letter = plain
    return "".join(_placed(part) for part in letter)


def _placed(letter: str) -> str:
    if letter in _SEPARATORS or letter.isspace():
        return " "
    category = unicodedata.category(letter)
    if letter == "'" or category in _INVISIBLE or _is_modifier(ord(letter)):
        return ""
    if letter.isascii():
        return letter
    if category in {"So", "Sk", "Sm"}:
        return f" {letter} "
    return " " if category[0] == "P" else letter


def _is_modifier(code: int) -> bool:
    """Whether this changes how a symbol looks: a variation selector or a skin tone."""
    return any(low <= code <= high for low, high in _MODIFIERS)


class _Folding(dict[int, str]):
    """A translation table that learns each character when it is first seen."""

    def __missing__(self, code: int) -> str:
        folded = _fold_letter(chr(code))
        if len(self) < _KNOWN_LETTERS:
            self[code] = folded
        return folded


_FOLDING = _Folding()
_ASCII = {code: _placed(chr(code).lower()) or None for code in range(128)}
"""None for what becomes nothing: of that, Python translates many times faster than of ""."""
_NOTHING = "\0"
"""Stands where a character becomes nothing, so that the others stay in their places."""
_ASCII_IN_PLACE = {code: plain or _NOTHING for code, plain in _ASCII.items()}
_WRITTEN = re.compile("[^ ]+")
_CLAUSE_END = re.compile(r"""[.?;:,\n"()>](?!\d)|(?<![a-z])-(?!\d)|-(?![a-z\d])""", re.IGNORECASE)


def fold(text: str) -> str:
    """`text` in small plain letters: compatibility forms, case, invisibles and marks undone.

    Doing it twice changes nothing. Words are separated by white space of any length.
    """
    if text.isascii():
        return text.translate(_ASCII)
    for _ in range(_ROUNDS):
        text = text.translate(_FOLDING)
        if unicodedata.is_normalized("NFC", text):
            break
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())


def tokenise(text: str) -> list[Token]:
    """The words of `fold(text)`, each with the place of its original in `text`."""
    return _tokens_of_ascii(text) if text.isascii() else _tokens_of_any(text)


def _tokens_of_ascii(text: str) -> list[Token]:
    """Like `_tokens_of_any`, many times faster: every character becomes one or none."""
    tokens: list[Token] = []
    end = 0
    for found in _WRITTEN.finditer(text.lower().translate(_ASCII_IN_PLACE)):
        written = found[0]
        word = written.replace(_NOTHING, "")
        if not word:
            continue
        start = found.start() + written.index(word[0])
        begins = not tokens or _CLAUSE_END.search(text, end, start + 1) is not None
        end = found.start() + written.rindex(word[-1]) + 1
        tokens.append(Token(word, start, end, begins))
    return tokens


def _tokens_of_any(text: str) -> list[Token]:
    tokens: list[Token] = []
    word: list[str] = []
    start = end = 0
    begins = True
    for place, letter in enumerate(text):
        for part in _FOLDING[ord(letter)]:
            if part != " ":
                if not word:
                    start = place
                word.append(part)
                end = place + 1
            elif word:
                tokens.append(Token(_settled(word), start, end, begins))
                word, begins = [], False
        if (
            letter in _CLAUSE_ENDS
            and not word
            and not (letter == "-" and _is_within_a_word(text, place))
        ):
            begins = begins or not text[place + 1 : place + 2].isdigit()
    if word:
        tokens.append(Token(_settled(word), start, end, begins))
    return tokens


def _is_within_a_word(text: str, place: int) -> bool:
    """Whether letters stand on both sides of `place`."""
    before, after = text[max(0, place - 1) : place], text[place + 1 : place + 2]
    return before.isalpha() and after.isalpha()


def _settled(letters: list[str]) -> str:
    word = "".join(letters)
    return word if word.isascii() else fold(word).strip()
