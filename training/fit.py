"""The only module that knows how the model is made: what it learns, in which order; its gate."""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from bot.detection.catalogue import read_concepts
from bot.detection.encoder import Encoder
from bot.detection.learned import EDGES, UNKNOWN, pack
from bot.detection.onecore import NDArray, np
from bot.detection.pieces import BEGIN, Pieces, normalise
from training import settings
from training.glance import fitted
from training.grammar import ordinary
from training.network import Network, Pupil, Report, probabilities
from training.packing import packed
from training.reader import concepts
from training.sentences import LABELS, Sentence, digest
from training.start import Start, read_start
from training.talk import HAND as TALK

_SPECIAL = 4
"""How many pieces stand for ends, padding and the unknown; they come first."""
_SEEN_OFTEN = 3
_RARE_AMONG_THREATS, _RARE_AMONG_OTHERS = 0.004, 0.002
_HUNDREDTHS = 100
_LATIN = "LATIN"
_WITHOUT_ACCENTS, _WITHOUT_MARKS, _MISTYPED = 0.08, 0.12, 0.16
"""Below which chance a text is learned as somebody sloppier might type it."""


class _Vocabulary(NamedTuple):
    """The pieces that the model knows, and their numbers in what the training starts from."""

    numbers: tuple[int, ...]
    names: tuple[str, ...]
    scores: tuple[float, ...]

    def pieces(self) -> Pieces:
        return Pieces(self.names, self.scores, unknown=UNKNOWN)


def model_of(
    sentences: Sequence[Sentence], talk: Sequence[Sentence], report: Report = print
) -> bytes:
    """The content of the model file that `sentences` and openly licensed `talk` make."""
    random.seed(settings.SEED)
    torch.manual_seed(settings.SEED)
    torch.set_num_threads(1)  # the same sums in the same order, whatever else the machine does
    grammars = ordinary()
    taught = [*sentences, *grammars]
    start = read_start()
    vocabulary = _vocabulary(start, [each.text for each in (*taught, *talk)])
    network = Network(start, vocabulary.numbers, len(LABELS))
    _teach(network, vocabulary.pieces(), taught, talk, report)
    arrays = packed(network.weights(), longest=settings.LONGEST)
    arrays["scores"] = np.array(vocabulary.scores, np.float32)
    arrays["glance"] = _glance(arrays, vocabulary.pieces(), [*taught, *talk])
    plain = [each for each in grammars if each.hand == "ordinary"]
    plain += [each for each in sentences if each.hand in settings.ORDINARY_HANDS]
    header = {
        "data": digest(),
        "gate": gate(sentences, plain),
        "heads": settings.HEADS,
        "pieces": vocabulary.names,
        **limits(),
    }
    return pack(header, arrays)


def _glance(
    arrays: Mapping[str, NDArray[Any]], pieces: Pieces, sentences: Sequence[Sentence]
) -> NDArray[Any]:
    """What spares most texts the reading, fitted to the packed `arrays`."""
    words = Encoder(arrays, heads=settings.HEADS).before()
    texts = [_numbers(pieces, each.text) for each in sentences]
    return fitted(words, texts, [each.label != "innocent" for each in sentences])


def limits() -> dict[str, Any]:
    """From where on the model is asked and speaks."""
    return {
        "silent": settings.SILENT,
        "asked": {
            "alone": settings.GATE,
            "together": settings.GATE_TOGETHER,
            "last": settings.GATE_LAST,
            "glance": settings.GLANCE_COUNTS,
            "most": settings.GLANCE_AT_MOST,
        },
        "glance": settings.GLANCE,
        "limits": {
            "threat": settings.THREAT,
            "run": settings.RUN,
            "disclosure": settings.DISCLOSURE,
            "tells": settings.TELLS,
            "told": settings.TOLD,
        },
    }


def gate(sentences: Iterable[Sentence], talk: Iterable[Sentence]) -> dict[str, int]:
    """For each concept, hundredths of the log odds of a threat or disclosure against other talk.

    Weak concepts count nothing, and none counts against: a message that is asked about stays so
    when more is found in it.
    """
    harm, harms = _shares(each.text for each in sentences if each.label != "innocent")
    other, others = _shares(each.text for each in talk)
    found: dict[str, int] = {}
    for concept, entry in read_concepts().concepts.items():
        among = harm[concept] / harms + _RARE_AMONG_THREATS
        odds = np.log(among / (other[concept] / others + _RARE_AMONG_OTHERS))
        if not entry.weak and odds > 0:
            found[concept] = round(float(odds) * _HUNDREDTHS)
    return found


def _shares(texts: Iterable[str]) -> tuple[Counter[str], int]:
    """In how many of the texts each concept occurs, and how many there are."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        counts.update(concepts(text))
        total += 1
    return counts, max(1, total)


def _vocabulary(start: Start, texts: Sequence[str]) -> _Vocabulary:
    """The pieces that `texts` use, and the likeliest others in their letters."""
    everything = Pieces(start.pieces, start.scores.tolist(), unknown=UNKNOWN)
    used = Counter(piece.number for text in texts for piece in everything.cut(text))
    letters = {BEGIN, *(letter for text in texts for letter in normalise(text))}
    known = [
        number
        for number, piece in enumerate(start.pieces)
        if number >= _SPECIAL and letters.issuperset(piece)
    ]
    single = [number for number in known if len(start.pieces[number]) == 1]
    often = [number for number, count in used.most_common() if count >= _SEEN_OFTEN]
    likely = sorted(known, key=lambda number: -start.scores[number])
    chosen = dict.fromkeys((*range(_SPECIAL), *single, *often, *likely))
    numbers = tuple(chosen)[: settings.PIECES]
    names = tuple("" if number < _SPECIAL else start.pieces[number] for number in numbers)
    return _Vocabulary(numbers, names, tuple(float(start.scores[number]) for number in numbers))


def _teach(
    network: Network,
    pieces: Pieces,
    taught: Sequence[Sentence],
    talk: Sequence[Sentence],
    report: Report,
) -> None:
    """Every round learns `taught`; the first some of `talk`, the others what was mistaken in it."""
    lines = random.sample(talk, min(settings.TALK_AT_FIRST, len(talk)))
    later = min(len(talk), settings.TALK_HARD + settings.TALK_OTHER)
    learned = settings.ROUNDS * len(taught) + len(lines) + (settings.ROUNDS - 1) * later
    pupil = Pupil(network, learned // settings.BATCH + settings.ROUNDS, report)
    for number in range(settings.ROUNDS):
        if number == settings.ROUNDS - 1:
            network.round_words()  # learn around what will be shipped
        everything = [*taught, *lines]
        pupil.learn(
            [_numbers(pieces, _varied(each.text)) for each in everything],
            [LABELS.index(each.label) for each in everything],
            [_weight(each) for each in everything],
        )
        if number == 0:
            lines = _mistaken(network, pieces, talk)


def _mistaken(network: Network, pieces: Pieces, talk: Sequence[Sentence]) -> list[Sentence]:
    """The lines of `talk` that are most taken for something, and as many again of the others."""
    innocent = probabilities(network, [_numbers(pieces, each.text) for each in talk])[:, 0]
    order = [talk[place] for place in np.argsort(innocent, kind="stable")]
    hard, rest = order[: settings.TALK_HARD], order[settings.TALK_HARD :]
    return hard + random.sample(rest, min(settings.TALK_OTHER, len(rest)))


def _numbers(pieces: Pieces, text: str) -> list[int]:
    """A text as the network reads it."""
    room = settings.LONGEST - len(EDGES)
    return [*[EDGES[0], *(piece.number for piece in pieces.cut(text))][: room + 1], EDGES[1]]


def _weight(sentence: Sentence) -> float:
    if sentence.hand == TALK:
        return settings.TALK_WEIGHT
    return settings.GRAMMAR_WEIGHT if sentence.hand in settings.ORDINARY else 1.0


def _varied(text: str) -> str:
    """`text`, now and then with fewer accents, marks or letters."""
    chance = random.random()
    if chance < _WITHOUT_ACCENTS:
        return _bare(text)
    if chance < _WITHOUT_MARKS:
        return re.sub(r"[.,!?;:]+", "", text)
    if chance < _MISTYPED and len(text) > 1:
        place = random.randrange(len(text) - 1)
        return text[:place] + text[place + 1 :]
    return text


def _bare(text: str) -> str:
    """`text` without the marks of Latin letters."""
    letters = filter(str.isalpha, text)
    if not all(unicodedata.name(letter, "").startswith(_LATIN) for letter in letters):
        return text
    opened = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in opened if unicodedata.category(letter) != "Mn")
