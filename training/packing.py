"""The only module that knows how trained numbers are made small for the model file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.detection.encoder import BLOCK
from bot.detection.onecore import NDArray, np

Arrays = dict[str, NDArray[Any]]

_FOUR_BITS, _EIGHT_BITS = 7, 127


def rounded(words: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Embeddings (pieces × width) as whole numbers from -8 to 7, and the scale of each block."""
    blocks = words.reshape(len(words), -1, BLOCK)
    scale = (np.abs(blocks).max(axis=-1) / _FOUR_BITS).astype(np.float16)
    apart = np.where(scale == 0, 1, scale).astype(np.float32)[..., None]
    whole = np.clip(np.rint(blocks / apart), -_FOUR_BITS - 1, _FOUR_BITS)
    return whole.reshape(words.shape).astype(np.int8), scale


def restored(whole: NDArray[Any], scale: NDArray[Any]) -> NDArray[Any]:
    """The embeddings that `rounded` stands for."""
    blocks = whole.reshape(len(whole), -1, BLOCK).astype(np.float32)
    return (blocks * scale.astype(np.float32)[..., None]).reshape(whole.shape)


def packed(weights: Mapping[str, NDArray[Any]], *, longest: int) -> Arrays:
    """The arrays of the model file from `weights` by the names of `training.network`.

    Matrices come as the network keeps them (outputs × inputs) and leave turned round.
    """
    whole, scale = rounded(weights["words"])
    arrays: Arrays = {
        "words": ((whole[:, ::2] + 8) | ((whole[:, 1::2] + 8) << 4)).astype(np.uint8),
        "words.scale": scale,
    }
    for name, value in weights.items():
        if name == "words":
            continue
        if value.ndim == 1:
            arrays[name] = value.astype(np.float16)
            continue
        matrix = value[:longest] if name == "places" else value.T
        size = (np.abs(matrix).max(axis=0) / _EIGHT_BITS).astype(np.float16)
        apart = np.where(size == 0, 1, size).astype(np.float32)
        limited = np.clip(np.rint(matrix / apart), -_EIGHT_BITS, _EIGHT_BITS)
        arrays[name], arrays[f"{name}.scale"] = limited.astype(np.int8), size
    return arrays


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The weights by the names of `training.network` that the packed `arrays` stand for."""
    halves = arrays["words"] & 15, arrays["words"] >> 4
    whole = np.stack(halves, axis=-1).reshape(len(arrays["words"]), -1).astype(np.int8) - 8
    weights: Arrays = {"words": restored(whole, arrays["words.scale"])}
    for name, value in arrays.items():
        if name.startswith("words") or name.endswith(".scale"):
            continue
        weights[name] = value.astype(np.float32)
        if value.ndim > 1:
            matrix = weights[name] * arrays[f"{name}.scale"].astype(np.float32)
            weights[name] = matrix if name == "places" else matrix.T
    return weights
