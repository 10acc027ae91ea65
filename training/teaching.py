"""The only module that knows what the network learns in which order, and how many learn it."""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

from bot.detection.glance import Glance
from bot.detection.learned import EDGES
from bot.detection.onecore import np
from training import settings
from training.glance import glance_of
from training.network import Network, Report, alike, learn, mean_of, probabilities
from training.packing import packed
from training.sentences import LABELS, Sentence
from training.talk import HAND as TALK
from training.variety import Variety
from training.vocabulary import Vocabulary


class _Lesson(NamedTuple):
    """One round of one pupil."""

    network: Network
    vocabulary: Vocabulary
    sentences: Sequence[Sentence]
    beside: Sequence[Sentence]
    """Whose innocent lines texts are joined with."""
    seed: int
    done: int
    steps: int


def teach(
    network: Network,
    vocabulary: Vocabulary,
    taught: Sequence[Sentence],
    talk: Sequence[Sentence],
    report: Report,
) -> Network:
    """`network` after every round: the mean of the pupils.

    Each round learns `taught`; the first some of `talk`, the others what the one before them
    mistook in it.
    """
    beside = [*taught, *talk]
    lines = random.sample(talk, min(settings.TALK_AT_FIRST, len(talk)))
    later = min(len(talk), settings.TALK_HARD + settings.TALK_OTHER)
    learned = settings.ROUNDS * len(taught) + len(lines) + (settings.ROUNDS - 1) * later
    steps, done = learned // settings.BATCH + settings.ROUNDS, 0
    with ProcessPoolExecutor(settings.PUPILS, mp_context=get_context("spawn")) as pool:
        for number in range(settings.ROUNDS):
            if number == settings.ROUNDS - 1:
                network.round_words()  # learn around what will be shipped
            sentences = [*taught, *lines]
            seeds = range(number * settings.PUPILS, (number + 1) * settings.PUPILS)
            lessons = [
                _Lesson(network, vocabulary, sentences, beside, settings.SEED + seed, done, steps)
                for seed in seeds
            ]
            network = mean_of(list(pool.map(_learned, lessons)))
            done += math.ceil(len(sentences) / settings.BATCH)
            report(f"round {number + 1} of {settings.ROUNDS}")
            if number < settings.ROUNDS - 1:
                lines = _mistaken(network, vocabulary, taught, talk)
    return network


def teach_further(
    network: Network,
    vocabulary: Vocabulary,
    taught: Sequence[Sentence],
    talk: Sequence[Sentence],
    *,
    hands: Collection[str],
    report: Report,
) -> Network:
    """The mean of `network`, which knows all of `taught` but `hands`, and of it after one round.

    In that it learns them beside what it knows, so that it does not forget that, and beside what it
    mistakes in `talk`. It forgets some all the same; the mean keeps most of both (Wortsman et al.
    2022, "Robust fine-tuning of zero-shot models").
    """
    new = [each for each in taught if each.hand in hands]
    known = [each for each in taught if each.hand not in hands]
    lines = _mistaken(network, vocabulary, taught, talk)
    report(f"{len(new):,} sentences of {', '.join(sorted(hands))}, beside the others")
    again = random.sample(known, min(settings.FURTHER_KNOWN, len(known)))
    sentences = [*(new * settings.FURTHER_TIMES), *again, *lines]
    network.round_words()
    batches = math.ceil(len(sentences) / settings.BATCH)
    steps = int(batches / settings.FURTHER_PACE)
    seed = settings.SEED + settings.ROUNDS * settings.PUPILS
    beside = [*taught, *talk]
    lesson = _Lesson(network, vocabulary, sentences, beside, seed, steps - batches, steps)
    return mean_of([_learned(lesson), network])


def _learned(lesson: _Lesson) -> Network:
    """A copy of the network of a lesson, after it."""
    alike(lesson.seed)
    network = copy.deepcopy(lesson.network)  # PyTorch lets processes share what it hands them
    variety = Variety(lesson.beside)
    learn(
        network,
        [lesson.vocabulary.read(variety.of(each)) for each in lesson.sentences],
        [LABELS.index(each.label) for each in lesson.sentences],
        [_weight(each) for each in lesson.sentences],
        done=lesson.done,
        steps=lesson.steps,
        report=print,
    )
    return network


def _mistaken(
    network: Network,
    vocabulary: Vocabulary,
    taught: Sequence[Sentence],
    talk: Sequence[Sentence],
) -> list[Sentence]:
    """Of `talk`, what is most taken for something of what a glance finds grave, and some others."""
    arrays = packed(network.weights(), longest=settings.LONGEST)
    weights = glance_of(arrays, vocabulary, [*taught, *talk])
    glance = Glance(vocabulary.pieces, weights.tolist(), EDGES)
    grave = [each for each in talk if glance.log_odds(each.text) >= settings.TALK_GLANCE]
    innocent = probabilities(network, [vocabulary.read(each.text) for each in grave])[:, 0]
    order = [grave[place] for place in np.argsort(innocent, kind="stable")]
    hard = order[: settings.TALK_HARD]
    taken = set(hard)
    rest = [each for each in talk if each not in taken]
    return hard + random.sample(rest, min(settings.TALK_OTHER, len(rest)))


def _weight(sentence: Sentence) -> float:
    if sentence.hand == TALK:
        return settings.TALK_WEIGHT
    if sentence.veiled:
        return settings.VEILED_WEIGHT
    if sentence.hand in settings.TELLING_HANDS:
        return settings.TELLING_WEIGHT
    return settings.GRAMMAR_WEIGHT if sentence.hand in settings.ORDINARY else 1.0
