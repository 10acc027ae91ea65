"""The only module that knows PyTorch: the encoder as it is trained, and how.

Its shape is that of `bot.detection.encoder`, which computes the same from what is packed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bot.detection.onecore import NDArray, np
from training import settings
from training.packing import restored, rounded
from training.start import Start

_TINY = 1e-12
_WARM_UP = _REPORTED = 200
_SLOWEST = 0.02
_STEEPEST = 1.0
_CHUNK = 40
_AT_ONCE = 128
_PADDING = 1
_HALVES = "AVX512" in torch.backends.cpu.get_cpu_capability()
"""Whether this processor computes with numbers of half the size; another needs hours for it."""

Report = Callable[[str], None]


class Network(nn.Module):
    """Word pieces → scores of the classes; begins as the first layers of `start`, with `pieces`."""

    def __init__(self, start: Start, pieces: Sequence[int], classes: int) -> None:
        super().__init__()
        self.classes = classes
        words = torch.tensor(start.matrix("emb.word", start.width)[list(pieces)])
        places = start.matrix("emb.pos", start.width)[: settings.LONGEST]
        kinds = start.matrix("emb.type", start.width)[0]
        self.words = nn.Embedding.from_pretrained(words, freeze=False)
        self.places = nn.Parameter(torch.tensor(places + kinds))
        self.norm = _norm(start, "emb.ln")
        self.layers = nn.ModuleList(_Layer(start, f"l{n}") for n in range(settings.LAYERS))
        self.outs = nn.ModuleList(nn.Linear(start.width, classes) for _ in self.layers)
        for out in self.outs:
            nn.init.normal_(out.weight, 0, 0.02)
            nn.init.zeros_(out.bias)

    def forward(self, pieces: Tensor, there: Tensor) -> Tensor:
        """Texts × pieces, and which of them are there → layers × texts × classes."""
        state = self.norm(self.words(pieces) + self.places[: pieces.shape[1]])
        present = there[..., None].float()
        opinions = []
        for layer, out in zip(self.layers, self.outs, strict=True):
            state = layer(state, there)
            mean = (state * present).sum(1) / present.sum(1)
            opinions.append(out(mean))
        return torch.stack(opinions)

    def round_words(self) -> None:
        """Set the embeddings to what four bits can say, and learn them no more."""
        kept = restored(*rounded(self.words.weight.detach().numpy()))
        self.words.weight.data = torch.tensor(kept)
        self.words.weight.requires_grad_(requires_grad=False)

    def load(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take over all numbers, by the names of `weights`."""
        with torch.no_grad():
            for name, place in self._by_name().items():
                place.copy_(torch.tensor(weights[name]))

    def weights(self) -> dict[str, NDArray[Any]]:
        """All numbers, by the names that `bot.detection.encoder` asks for."""
        return {name: value.detach().float().numpy() for name, value in self._by_name().items()}

    def _by_name(self) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {"words": self.words.weight, "places": self.places}
        found |= {f"norm.{name}": value for name, value in self.norm.named_parameters()}
        for number, (layer, out) in enumerate(zip(self.layers, self.outs, strict=True)):
            found |= {f"layer{number}.{name}": value for name, value in layer.named_parameters()}
            found |= {f"layer{number}.out.{name}": value for name, value in out.named_parameters()}
        return found


class _Layer(nn.Module):
    """Attention and a feed-forward part; of the latter, the parts that weigh most."""

    def __init__(self, start: Start, name: str) -> None:
        super().__init__()
        width = start.width
        asked = [_linear(start, f"{name}.{part}", width) for part in "qkv"]
        self.ask = nn.Linear(width, 3 * width)
        self.ask.weight.data = torch.cat([part.weight.data for part in asked])
        self.ask.bias.data = torch.cat([part.bias.data for part in asked])
        self.mix = _linear(start, f"{name}.ao", width)
        wide = _linear(start, f"{name}.fi", width)
        back = _linear(start, f"{name}.fo", start.wide)
        weighty = wide.weight.norm(dim=1) * back.weight.norm(dim=0)
        kept = weighty.topk(settings.WIDE).indices.sort().values
        self.wide, self.back = nn.Linear(width, settings.WIDE), nn.Linear(settings.WIDE, width)
        self.wide.weight.data, self.wide.bias.data = wide.weight.data[kept], wide.bias.data[kept]
        self.back.weight.data, self.back.bias.data = back.weight.data[:, kept], back.bias.data
        self.norm1, self.norm2 = _norm(start, f"{name}.aln"), _norm(start, f"{name}.oln")

    def forward(self, state: Tensor, there: Tensor) -> Tensor:
        texts, pieces, width = state.shape
        asked = self.ask(state).view(texts, pieces, 3, settings.HEADS, -1).permute(2, 0, 3, 1, 4)
        heard = functional.scaled_dot_product_attention(
            asked[0], asked[1], asked[2], attn_mask=there[:, None, None, :]
        )
        mixed = self.mix(heard.transpose(1, 2).reshape(texts, pieces, width))
        state = self.norm1(state + mixed)
        wide = functional.gelu(self.wide(state), approximate="tanh")
        after: Tensor = self.norm2(state + self.back(wide))
        return after


def _linear(start: Start, name: str, inputs: int) -> nn.Linear:
    weight = torch.tensor(start.matrix(f"{name}.w", inputs))
    part = nn.Linear(inputs, len(weight))
    part.weight.data = weight
    part.bias.data = torch.tensor(start.weights[f"{name}.b"])
    return part


def _norm(start: Start, name: str) -> nn.LayerNorm:
    part = nn.LayerNorm(start.width, _TINY)
    part.weight.data = torch.tensor(start.weights[f"{name}.w"])
    part.bias.data = torch.tensor(start.weights[f"{name}.b"])
    return part


def alike(seed: int) -> None:
    """Make what is random the same each time, in this process."""
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(settings.THREADS)


def mean_of(networks: Sequence[Network]) -> Network:
    """The first of `networks`, in which now is the mean of all their numbers.

    Networks that began alike and learned the same in different orders err differently, and their
    mean errs less (Wortsman et al. 2022, "Model soups").
    """
    states = [network.state_dict() for network in networks]
    mean = {name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]}
    networks[0].load_state_dict(mean)
    return networks[0]


def learn(
    network: Network,
    texts: Sequence[Sequence[int]],
    classes: Sequence[int],
    weights: Sequence[float],
    *,
    done: int,
    steps: int,
    report: Report,
) -> None:
    """One round over `texts` in a new order; each counts as much as its weight.

    The pace falls over `steps` batches in all, of which `done` came before; a round warms up anew.
    """
    paces = (settings.PACE, settings.PACE_OUT, settings.PACE * 2)
    optimiser = _optimiser(network)
    for step, batch in enumerate(_batches(texts), done):
        share = min(1, (step - done) / _WARM_UP) * max(_SLOWEST, 1 - step / steps)
        for group, pace in zip(optimiser.param_groups, paces, strict=True):
            group["lr"] = pace * share
        with torch.autocast("cpu", torch.bfloat16, enabled=_HALVES):
            scores = network(*_padded([texts[place] for place in batch]))
        aim = torch.tensor([classes[place] for place in batch])
        counts = torch.tensor([weights[place] for place in batch])
        losses = [functional.cross_entropy(each.float(), aim, reduction="none") for each in scores]
        loss = torch.stack([(each * counts).sum() / counts.sum() for each in losses]).mean()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), _STEEPEST)
        optimiser.step()
        if (step + 1) % _REPORTED == 0:
            report(f"step {step + 1:,} of {steps:,}: loss {loss.item():.3f}")


def _optimiser(network: Network) -> torch.optim.Optimizer:
    """One that has the encoder, the opinions and the embeddings each at a pace of their own."""
    words, outs = network.words, network.outs
    of_their_own = {id(each) for part in (words, outs) for each in part.parameters()}
    inner = [each for each in network.parameters() if id(each) not in of_their_own]
    groups = [
        {"params": inner},
        {"params": outs.parameters()},
        {"params": words.parameters(), "weight_decay": 0},
    ]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def probabilities(network: Network, texts: Sequence[Sequence[int]]) -> NDArray[Any]:
    """Texts × classes, as the last opinion says."""
    found = np.zeros((len(texts), network.classes), np.float32)
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    with torch.no_grad():
        for first in range(0, len(by_length), _AT_ONCE):
            batch = by_length[first : first + _AT_ONCE]
            scores = network(*_padded([texts[place] for place in batch]))[-1]
            found[batch] = scores.softmax(-1).numpy()
    return found


def _batches(texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Places of texts of about the same length, in a random order."""
    places = list(range(len(texts)))
    random.shuffle(places)
    size = settings.BATCH
    batches: list[list[int]] = []
    for first in range(0, len(places), size * _CHUNK):
        near = sorted(places[first : first + size * _CHUNK], key=lambda place: len(texts[place]))
        batches += [near[start : start + size] for start in range(0, len(near), size)]
    random.shuffle(batches)
    yield from batches


def _padded(texts: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    longest = max(map(len, texts))
    pieces = torch.full((len(texts), longest), _PADDING)
    there = torch.zeros(len(texts), longest, dtype=torch.bool)
    for row, text in enumerate(texts):
        pieces[row, : len(text)] = torch.tensor(text)
        there[row, : len(text)] = True
    return pieces, there
