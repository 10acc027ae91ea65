"""The only module that knows how words are misspelt on purpose: leetspeak, look-alikes, stars."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Sequence
from typing import NamedTuple

_LEET = str.maketrans("013457890@$!|", "oieastbgoasil")
_LEET_SECOND = str.maketrans("1!", "ll")
_EDGES = "!*$@£€'"
_REPEATED = re.compile(r"(.)\1{2,}")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_AMONG_LETTERS = re.compile(r"(?<=[a-z])[013457@$!]+(?=[a-z])")
_DOTTED = re.compile(r"(?<![a-z])[a-z](?:[.*-][a-z]){2,}(?![a-z])")
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁѵԛԝһɡαβεικνορτυχω",
    "abekmhopctyxijsdvqwhgabeiknoptuxw",
)
_SMALL_CAPITALS = str.maketrans("ᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnopqrstuvwyz")
"""Letters of phonetic alphabets, which nobody chats in but to look different."""

_LONGEST_WORD = 40
_SHORTEST_SWAPPED = 5
_SHORTEST_JOINED = 3
_LONGEST_RUN = 48
_SPELLED_LETTERS = 240
_LONGEST_JOINED = 12


class Joined(NamedTuple):
    """A word, and the range of the words it was made of (end exclusive)."""

    word: str
    first: int
    last: int


def without_edges(word: str) -> str:
    """`word` without the signs around it that may be letters, if nothing but letters is left."""
    bare = word.strip(_EDGES)
    return bare if bare.isalpha() else word


def variants(word: str) -> Iterator[str]:
    """What `word` may stand for, most faithful first; at most a handful, none for long words."""
    if len(word) > _LONGEST_WORD or (
        word.isascii() and word.isalpha() and not _REPEATED.search(word)
    ):
        return
    bare = word.strip(_EDGES)
    if bare != word:
        yield bare
    latin = _without_lookalikes(bare)
    if latin != bare:
        yield latin
    squeezed = _REPEATED.sub(r"\1", latin)
    if squeezed != latin:
        yield squeezed
        yield _REPEATED.sub(r"\1\1", latin)
    if _is_leet(word):
        for table in (_LEET, _LEET_SECOND):
            plain = latin.translate(table).translate(_LEET)
            yield plain
            yield word.strip("*'!").translate(table).translate(_LEET)
    if "*" in latin:
        yield latin.replace("*", "")


def swapped(word: str) -> Iterator[str]:
    """`word` with two neighbouring letters the other way round, or one that is doubled once.

    So fast typing writes. Not the first or the last one is swapped, and nothing in short words,
    which are others then.
    """
    if _SHORTEST_SWAPPED <= len(word) <= _LONGEST_WORD and word.isalpha():
        for place in range(1, len(word) - 2):
            yield f"{word[:place]}{word[place + 1]}{word[place]}{word[place + 2 :]}"
        for place in range(len(word) - 1):
            if word[place] == word[place + 1]:
                yield word[:place] + word[place + 1 :]


def as_read(word: str) -> str:
    """A small `word` as one reads it without knowing any words; doing it twice changes nothing.

    Look-alikes and figures among letters are letters, dots between single ones are none, and what
    is drawn out stands there once.
    """
    if word.isascii() and word.isalpha() and not _DRAWN_OUT.search(word):
        return word
    latin = _without_lookalikes(word)
    spelt = _AMONG_LETTERS.sub(lambda found: found[0].translate(_LEET), latin)
    plain = _DRAWN_OUT.sub(r"\1", spelt)
    whole = _DOTTED.sub(lambda found: re.sub("[.*-]", "", found[0]), plain)
    return _DRAWN_OUT.sub(r"\1", whole)


def _without_lookalikes(word: str) -> str:
    """Look-alike letters as Latin ones, only in a word that mixes scripts: real Cyrillic stays."""
    if word.isascii():
        return word
    word = word.translate(_SMALL_CAPITALS)
    folded = word.translate(_LOOKALIKES)
    mixed = any(letter.isascii() and letter.isalpha() for letter in word)
    return folded if mixed and folded.isascii() else word


def _is_leet(word: str) -> bool:
    letters = any(letter.isalpha() for letter in word)
    return letters and any(not letter.isalpha() for letter in word)


def uncensored(word: str, disguised: Collection[str]) -> str | None:
    """The one of `disguised` words that `word` is with letters starred out, or backwards."""
    if "*" in word.strip("*"):
        for candidate in disguised:
            if _fits(word, candidate):
                return candidate
    backwards = word[::-1]
    return backwards if backwards in disguised else None


def _fits(word: str, candidate: str) -> bool:
    head, _, rest = word.partition("*")
    tail = rest.rpartition("*")[2]
    if not head or abs(len(word) - len(candidate)) > 1:
        return False
    return candidate.startswith(head) and candidate.endswith(tail)


def is_spelled(words: Sequence[str]) -> bool:
    """Whether so many single letters stand in a row that they may spell a word."""
    if list(map(len, words)).count(1) < _SHORTEST_JOINED:
        return False
    run = 0
    for word in words:
        run = run + 1 if len(word) == 1 else 0
        if run == _SHORTEST_JOINED:
            return True
    return False


def join_spaced(words: Sequence[str], known: Container[str]) -> list[Joined]:
    """`words` with runs of single letters ("s e n d") joined where they spell a known word.

    Only so many letters are looked at: nobody reads a text that is all spelled out.
    """
    joined: list[Joined] = []
    place = 0
    left = _SPELLED_LETTERS
    while place < len(words):
        end = place
        while end < len(words) and end - place < min(_LONGEST_RUN, left) and _is_letter(words[end]):
            end += 1
        if end - place >= _SHORTEST_JOINED:
            left -= end - place
            joined.extend(_split_run("".join(words[place:end]), place, known))
            place = end
            continue
        joined.append(Joined(words[place], place, place + 1))
        place += 1
    return joined


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isalnum()


def _split_run(letters: str, offset: int, known: Container[str]) -> Iterator[Joined]:
    """The words that `letters` spell, so that as few letters as possible are left over.

    Not simply the longest from the left: "i l e a k" is not "ile" with two letters behind it.
    """
    left_over = [0] * (len(letters) + 1)
    lengths = [1] * len(letters)
    for place in reversed(range(len(letters))):
        left_over[place] = left_over[place + 1] + 1
        for end in range(min(len(letters), place + _LONGEST_JOINED), place + 2, -1):
            if left_over[end] < left_over[place] and letters[place:end] in known:
                left_over[place], lengths[place] = left_over[end], end - place
    place = 0
    while place < len(letters):
        end = place + lengths[place]
        yield Joined(letters[place:end], offset + place, offset + end)
        place = end
