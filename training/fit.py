"""The only module that knows what the model file is made of: what was learned, gate and limits."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from bot.detection.catalogue import read_concepts
from bot.detection.learned import GLANCE, HEADER, SCORES, pack
from bot.detection.onecore import np
from training import settings
from training.glance import glance_of
from training.grammar import ordinary
from training.network import Network, Report, alike
from training.packing import packed, unpacked
from training.reader import concepts
from training.sentences import LABELS, Sentence, digest
from training.start import read_start
from training.teaching import teach, teach_further
from training.vocabulary import Vocabulary, vocabulary_named, vocabulary_of

_RARE_AMONG_THREATS, _RARE_AMONG_OTHERS = 0.004, 0.002
_HUNDREDTHS = 100


def model_of(
    sentences: Sequence[Sentence], talk: Sequence[Sentence], report: Report = print
) -> bytes:
    """The content of the model file that `sentences` and openly licensed `talk` make."""
    alike(settings.SEED)
    grammars = ordinary()
    taught = [*sentences, *grammars]
    start = read_start()
    vocabulary = vocabulary_of(start, (each.text for each in (*taught, *talk)))
    network = Network(start, vocabulary.numbers, len(LABELS))
    network = teach(network, vocabulary, taught, talk, report)
    return _content(network, vocabulary, sentences, grammars, talk, lessons=[])


def further_model_of(
    path: Path,
    hands: Collection[str],
    sentences: Sequence[Sentence],
    talk: Sequence[Sentence],
    report: Report = print,
) -> bytes:
    """The content of the model file at `path` once it has learned `hands` of `sentences` too.

    It must know the other hands already: what they wrote is learned once more only.
    """
    alike(settings.SEED)
    grammars = ordinary()
    start = read_start()
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    header = json.loads(arrays.pop(HEADER).tobytes())
    scores = arrays.pop(SCORES).tolist()
    arrays.pop(GLANCE)
    vocabulary = vocabulary_named(start, header["pieces"], scores)
    network = Network(start, vocabulary.numbers, len(LABELS))
    network.load(unpacked(arrays))
    taught = [*sentences, *grammars]
    network = teach_further(network, vocabulary, taught, talk, hands=hands, report=report)
    lessons = [*header.get("lessons", []), sorted(hands)]
    return _content(network, vocabulary, sentences, grammars, talk, lessons=lessons)


def _content(
    network: Network,
    vocabulary: Vocabulary,
    sentences: Sequence[Sentence],
    grammars: Sequence[Sentence],
    talk: Sequence[Sentence],
    *,
    lessons: Sequence[Sequence[str]],
) -> bytes:
    """The content of a model file; `lessons` are the hands that were learned further."""
    arrays = packed(network.weights(), longest=settings.LONGEST)
    arrays[SCORES] = np.array(vocabulary.scores, np.float32)
    arrays[GLANCE] = glance_of(arrays, vocabulary, [*sentences, *grammars, *talk])
    plain = [each for each in grammars if each.hand == "ordinary"]
    plain += [each for each in sentences if each.hand in settings.ORDINARY_HANDS]
    header = {
        "data": digest(),
        "gate": gate(sentences, plain),
        "heads": settings.HEADS,
        "lessons": lessons,
        "pieces": vocabulary.names,
        **limits(),
    }
    return pack(header, arrays)


def limits() -> dict[str, Any]:
    """From where on the model is asked and speaks."""
    return {
        "silent": settings.SILENT,
        "doubted": settings.DOUBTED,
        "asked": {
            "alone": settings.GATE,
            "together": settings.GATE_TOGETHER,
            "last": settings.GATE_LAST,
            "glance": settings.GLANCE_COUNTS,
            "most": settings.GLANCE_AT_MOST,
        },
        "glance": settings.GLANCE,
        "harmless": settings.HARMLESS,
        "limits": {
            "concepts": settings.CONCEPTS,
            "threat": settings.THREAT,
            "run": settings.RUN,
            "agrees": settings.AGREES,
            "disclosure": settings.DISCLOSURE,
            "doubt": settings.DOUBT,
            "low": settings.LOW,
            "spared": settings.SPARED,
            "disputed": settings.DISPUTED,
            "grave": settings.GRAVE,
            "tells": settings.TELLS,
            "told": settings.TOLD,
            "meant": settings.MEANT,
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
