"""What the learned judge may say, that it explains itself, and that its file fits its data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detection import Detector, load_detector
from bot.detection.learned import EDGES, MODEL, LearnedJudge, ModelError, Opinion, Weight, pack
from bot.detection.second_opinion import AGREED, DISCLOSURE, THREAT
from bot.domain.assessment import Assessment, Kind, Level
from bot.domain.message import Message, Person, Window
from training.grammar import ordinary
from training.sentences import LABELS, digest, read_kept_apart, read_sentences
from training.settings import ABSENT, DRAWN, EVERYDAY, SCENES, WAITING

Judge = Callable[..., Assessment]
LEARNED = {THREAT.id, DISCLOSURE.id}
MEGABYTE = 1_000_000
THREATENING = "wire me the 300 tonight or i mail the video of you to your whole family"


@pytest.fixture(scope="module")
def model() -> LearnedJudge:
    return LearnedJudge.load()


def _only_learned(detector: Detector) -> list[tuple[Message, Assessment]]:
    """What only the model finds of sentences that it never learned."""
    found = []
    for number, sentence in enumerate(read_kept_apart()[::4]):
        message = Message(number + 1, 1, Person(1, "a"), sentence.text, 1.0)
        assessment = detector.assess(Window(message))
        if {finding.rule for finding in assessment.findings} & LEARNED:
            found.append((message, assessment))
    return found


def test_the_model_was_made_from_the_sentences_that_are_here(model: LearnedJudge) -> None:
    assert model.header["data"] == digest(), "make the model anew: python -m training --talk FOLDER"


def test_hands_that_measure_or_wait_are_there_and_are_not_learned() -> None:
    learned = {each.hand for each in read_sentences()}

    for hand in (EVERYDAY, SCENES, ABSENT, DRAWN, *WAITING):
        assert read_kept_apart(hand=hand)
        assert hand not in learned


def test_the_model_is_small() -> None:
    assert MODEL.stat().st_size < 10 * MEGABYTE


def test_the_same_model_is_packed_into_the_same_bytes() -> None:
    header, arrays = {"gate": {"thing": 3}, "pieces": ["", "▁a"]}, {"words": np.ones(3, np.int8)}

    assert pack(header, arrays) == pack(dict(reversed(header.items())), arrays)


@pytest.mark.parametrize(
    "content", [b"", b"something else", MODEL.read_bytes()[:500], pack({}, {})]
)
def test_a_broken_model_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.model"
    path.write_bytes(content)

    with pytest.raises(ModelError, match=r"broken\.model.*python -m training"):
        LearnedJudge.load(path)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.frozensets(st.text(max_size=8), max_size=40))
def test_the_judge_has_an_opinion_of_any_text(text: str, concepts: frozenset[str]) -> None:
    opinion = LearnedJudge.load().judge(text, concepts)

    assert 0 <= opinion.threat <= 1
    assert 0 <= opinion.disclosure <= 1
    assert all(text[each.start : each.end] == each.words for each in opinion.telling)


@pytest.mark.parametrize("where", ["at its beginning", "at its end"])
def test_of_a_long_text_the_graver_end_is_read(model: LearnedJudge, where: str) -> None:
    filling = "and then we went home and had a very nice dinner with everybody . " * 20
    begins = where == "at its beginning"
    text = f"{THREATENING} . {filling}" if begins else f"{filling} {THREATENING}"

    part, opinion = model._part(text), model.read(text)

    assert model.is_read_whole(THREATENING)
    assert not model.is_read_whole(text)
    assert part[0].start == 0 if begins else part[-1].end == len(text)
    assert 30 < len(part) < model.encoder.longest - len(EDGES)
    assert opinion is not None
    assert opinion.threat > 0.5


@pytest.mark.parametrize(
    "disguised",
    [
        f"||{THREATENING}||",
        f"```{THREATENING}```",
        THREATENING.replace(" ", "_"),
        THREATENING.upper(),
        THREATENING.replace("e", "е").replace("o", "о"),
        THREATENING.replace("wire", "w1re").replace("family", "f@m!ly"),
        THREATENING.replace("video", "v.i.d.e.o").replace("family", "familyyyy"),
        THREATENING.replace("i", "i\u200b"),
    ],
)
def test_a_disguise_hides_nothing_from_the_model(model: LearnedJudge, disguised: str) -> None:
    plain, opinion = model.read(THREATENING), model.read(disguised)

    assert plain is not None
    assert opinion is not None
    assert opinion.threat == pytest.approx(plain.threat, abs=0.01)


def test_what_a_glance_finds_harmless_is_not_read(model: LearnedJudge) -> None:
    harmless = "see you at the cinema tonight, i bought popcorn for everybody"

    assert model.judge(harmless) == Opinion()
    assert model.read(harmless) != Opinion()
    assert model.judge("by six or your dad sees it") == model.read("by six or your dad sees it")


def test_the_more_its_concepts_weigh_the_less_sure_the_model_must_be(model: LearnedJudge) -> None:
    doubtful = "do what i say or your mum hears of it"

    kinds = [model.judge(doubtful, weight=Weight(own)).kind for own in range(0, 3_000, 100)]

    assert kinds[0] is Kind.NONE
    assert kinds[-1] is Kind.THREAT
    assert kinds == sorted(kinds, key=kinds.index)


def test_whoever_retells_a_threat_in_quotation_marks_is_offered_help(judge: Judge) -> None:
    telling = (
        "ok so someone adds me, we talk all week, and the day after it is screen recordings and"
    )
    quoted = '"send 250 or your whole follower list gets them"'

    assert judge(("ava", f"{telling} {quoted}")).kind is Kind.DISCLOSURE


@pytest.mark.parametrize("answer", ["stop this", "no", "what is this"])
def test_what_somebody_quotes_weighs_nothing_against_them(judge: Judge, answer: str) -> None:
    quoted = "> send 80 euro by tonight or i post your pictures"

    assert judge(("ava", f"{quoted}\n{answer}")).kind is not Kind.THREAT


def test_of_what_may_well_be_harmless_it_says_nothing_whatever_the_concepts_weigh(
    model: LearnedJudge,
) -> None:
    open_to_doubt = "last chance, then i write to your dad"
    opinion = model.read(open_to_doubt)

    assert opinion is not None
    assert model.header["harmless"] < opinion.innocent < 0.5
    assert model.judge(open_to_doubt, weight=Weight(10_000)).kind is Kind.NONE
    assert model.read(open_to_doubt, Weight(10_000)) != opinion


def test_what_only_the_model_finds_is_medium_at_most_and_explained(detector: Detector) -> None:
    found = _only_learned(detector)

    assert len(found) > 20
    assert {assessment.level for _, assessment in found} == {Level.LOW, Level.MEDIUM}
    for message, assessment in found:
        learned = [each for each in assessment.findings if each.rule != "faked-image"]
        signals = [signal for finding in learned for signal in finding.signals]
        assert signals
        assert {signal.concept for signal in signals} == {"wording"}
        assert all(message.text[each.start : each.end] == each.words for each in signals)


@pytest.mark.slow
def test_what_nobody_trained_it_for_is_found_more_often_with_the_model(detector: Detector) -> None:
    rules = load_detector(learned=False)
    apart = [each for each in read_kept_apart()[::3] if not each.veiled]

    def found(by: Detector, label: str) -> list[Assessment]:
        alone = (Message(1, 1, Person(1, "a"), s.text, 1.0) for s in apart if s.label == label)
        return [by.assess(Window(message)) for message in alone]

    def threats(assessments: list[Assessment]) -> int:
        return sum(each.kind is Kind.THREAT and each.level >= Level.MEDIUM for each in assessments)

    open_threats, before = found(detector, "threat"), found(rules, "threat")
    assert threats(open_threats) > threats(before) + 0.07 * len(before)
    assert threats(found(detector, "disclosure")) <= threats(found(rules, "disclosure"))
    innocent, by_rules = found(detector, "innocent"), found(rules, "innocent")
    assert threats(innocent) <= threats(by_rules) + 0.01 * len(innocent)


@pytest.mark.slow
def test_what_is_parted_into_two_messages_is_found_more_often_with_the_model(
    detector: Detector,
) -> None:
    rules = load_detector(learned=False)
    threats = [each for each in read_kept_apart()[::3] if each.label == "threat"]

    def found(by: Detector) -> int:
        halves = (_halves(each.text) for each in threats if not each.veiled)
        assessments = (by.assess(Window(last, (first,))) for first, last in halves)
        return sum(each.kind is Kind.THREAT and each.level >= Level.MEDIUM for each in assessments)

    assert found(detector) > 1.3 * found(rules) > 100


def _halves(text: str) -> tuple[Message, Message]:
    words = text.split()
    middle = len(words) // 2
    first, last = (" ".join(words[:middle]), " ".join(words[middle:]))
    return Message(1, 1, Person(1, "a"), first, 1.0), Message(2, 1, Person(1, "a"), last, 2.0)


@pytest.mark.slow
def test_hardly_more_innocent_lines_are_called_threats_than_by_rules_alone(
    detector: Detector,
) -> None:
    rules = load_detector(learned=False)
    apart = [*read_kept_apart(), *read_kept_apart(hand=EVERYDAY)]
    innocent = [sentence for sentence in apart if sentence.label == "innocent"]

    def called(by: Detector) -> int:
        alone = (Message(1, 1, Person(1, "a"), each.text, 1.0) for each in innocent)
        found = [by.assess(Window(message)) for message in alone]
        return sum(each.kind is Kind.THREAT and each.level >= Level.MEDIUM for each in found)

    assert called(rules) < 0.02 * len(innocent)
    assert called(detector) < called(rules) + 0.004 * len(innocent)


@pytest.mark.slow
def test_of_what_rules_find_the_review_lowers_little_and_drops_nothing(detector: Detector) -> None:
    rules = load_detector(learned=False)
    windows = [
        Window(Message(1, 1, Person(1, "a"), sentence.text, 1.0))
        for sentence in read_kept_apart(hand=SCENES)
        if sentence.label != "innocent"
    ]

    found = [(before, window) for window in windows if (before := rules.assess(window)).findings]
    after = [(before, detector.assess(window)) for before, window in found]
    told = [each for each in after if each[0].kind is not each[1].kind]
    lowered = [(before, now) for before, now in after if now.level < before.level]

    assert len(after) > 500
    by_one_step = {Level.HIGH: Level.MEDIUM, Level.MEDIUM: Level.LOW}
    assert all(now.level is by_one_step[before.level] for before, now in lowered)
    assert all(finding.signals for _, now in told for finding in now.findings)
    for kind in (Kind.DISCLOSURE, Kind.THREAT):
        turned = [before for before, now in told if now.kind is kind]
        assert {before.kind for before in turned} == {Kind.DISCLOSURE, Kind.THREAT} - {kind}
        assert len(turned) < 0.02 * len(after)
    assert len(lowered) < 0.02 * len(after)


def test_what_reads_innocent_is_low_and_keeps_its_reasons(
    detector: Detector, model: LearnedJudge, write: Callable[..., Message]
) -> None:
    song = "we recorded our new song, gonna upload it on sunday"
    text = f"{song} if the drummer likes the sound of the drums"
    opinion, ruled = model.read(text), load_detector(learned=False)
    window = Window(write("leo", text))

    before, now = ruled.assess(window), detector.assess(window)

    assert opinion is not None
    assert opinion.innocent > 0.95
    assert (before.level, now.level) == (Level.MEDIUM, Level.LOW)
    assert now.kind is before.kind
    assert [each.rule for each in now.findings] == [each.rule for each in before.findings]


def test_what_is_high_and_reads_innocent_is_looked_at_before_anybody_is_written_to(
    detector: Detector, write: Callable[..., Message]
) -> None:
    window = Window(write("leo", "should i send the photos to your mom or to you"))

    before, now = load_detector(learned=False).assess(window), detector.assess(window)

    assert (before.level, now.level) == (Level.HIGH, Level.MEDIUM)
    assert now.kind is Kind.THREAT
    assert {each.rule for each in now.findings} == {each.rule for each in before.findings}


def test_a_longer_text_is_innocent_if_every_part_of_it_is(model: LearnedJudge) -> None:
    filling = (
        "i went to the shop and bought some bread and then it rained all day so we stayed in . "
    )
    rainy = filling * 4

    spared = model.header["limits"]["spared"]

    assert not model.is_read_whole(rainy)
    assert model.gravest(rainy) < spared
    assert model.gravest(rainy, Weight(4_000)) > spared  # concepts can outweigh it
    assert model.gravest(f"{rainy} {THREATENING} . {rainy}") > spared
    assert model.gravest(filling * 20) is None  # nobody knows: it is not read to its end
    assert model.gravest("hi") is None


def test_a_doubtful_threat_is_no_answer_to_another(
    detector: Detector, write: Callable[..., Message], people: dict[str, Person]
) -> None:
    """Whoever answers a threat is left alone, but not who answers what is hardly one."""
    song = "we recorded our new song, gonna upload it on sunday"
    said = f"{song} if the drummer likes the sound of the drums"
    before = write("ava", said, mentions=(people["leo"],))
    threat = write("leo", "ava, pay 80 or i send your nudes to your mom")

    assert detector.assess(Window(threat, (before,))).level is Level.HIGH


def test_the_model_has_no_say_in_what_is_urgent_or_spread(
    detector: Detector, write: Callable[..., Message]
) -> None:
    despair = write("ava", "i cant take it anymore i want to die")
    urgent = Window(write("leo", "then kill yourself"), (despair,))
    spread = Window(write("leo", "50 paypal"), (write("leo", "i have your nudes"),))
    rules = load_detector(learned=False)

    for window in (urgent, spread):
        assert detector.assess(window).level == rules.assess(window).level >= Level.MEDIUM
    assert detector.assess(urgent).level is Level.URGENT


def test_an_explicit_threat_stays_high(detector: Detector, write: Callable[..., Message]) -> None:
    for text in (
        "pay 80 or i send your nudes to your mom",
        f"{THREATENING} lol. see you at school",
    ):
        assert detector.assess(Window(write("leo", text))).level is Level.HIGH


def test_what_rules_and_model_agree_on_is_high_and_keeps_the_reasons_of_the_rules(
    detector: Detector, write: Callable[..., Message]
) -> None:
    clear = "transfer it today and your clip stays between us, if not your cousins laugh tomorrow"
    window = Window(write("leo", clear))

    ruled, agreed = load_detector(learned=False).assess(window), detector.assess(window)

    assert (ruled.level, agreed.level) == (Level.MEDIUM, Level.HIGH)
    assert [each.rule for each in agreed.findings[:-1]] == [each.rule for each in ruled.findings]
    assert agreed.findings[-1].rule == AGREED.id
    assert {signal.concept for signal in agreed.findings[-1].signals} == {"wording"}
    assert agreed.categories == ruled.categories


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("jk lol pay 60 or i show your video to everyone haha", "it laughs"),
        ('"pay 60 or i show your video to your mum"', "it is nothing but a quotation"),
    ],
)
def test_what_innocent_words_made_medium_stays_so(
    detector: Detector, write: Callable[..., Message], text: str, why: str
) -> None:
    assert detector.assess(Window(write("leo", text))).level is Level.MEDIUM, why


@pytest.mark.slow
def test_where_both_agree_more_people_are_written_to_and_hardly_anyone_for_nothing(
    detector: Detector,
) -> None:
    rules = load_detector(learned=False)
    apart = [*read_kept_apart()[::2], *read_kept_apart(hand=SCENES)[::2]]

    def high(by: Detector, label: str) -> int:
        alone = (Message(1, 1, Person(1, "a"), s.text, 1.0) for s in apart if s.label == label)
        found = (by.assess(Window(message)) for message in alone)
        return sum(each.kind is Kind.THREAT and each.level >= Level.HIGH for each in found)

    more = {label: high(detector, label) - high(rules, label) for label in LABELS}
    assert high(detector, "threat") > 1.5 * high(rules, "threat") > 200
    assert more["innocent"] + more["disclosure"] < 0.05 * more["threat"]


def test_who_tells_is_never_the_offender(detector: Detector) -> None:
    told = [
        assessment
        for _, assessment in _only_learned(detector)
        if assessment.findings[0].rule == DISCLOSURE.id
    ]

    assert told
    assert all(assessment.offender is None for assessment in told)


@pytest.mark.parametrize("concept", ["fiction", "game", "news", "permission", "warning"])
def test_beside_play_stories_and_warnings_the_model_must_be_surer(
    model: LearnedJudge, concept: str
) -> None:
    doubtful = "do what i say or your mum hears of it"
    weights = [Weight(own) for own in range(0, 3_000, 100)]

    alone, beside = (
        [model.judge(doubtful, own, weight=weight).kind for weight in weights]
        for own in ((), (concept,))
    )

    assert Kind.THREAT in beside
    assert beside.count(Kind.THREAT) < alone.count(Kind.THREAT)


_LIKELY, _SURE = Weight(1_500), Weight(4_000)


def test_the_answer_of_somebody_who_is_threatened_is_left_alone(model: LearnedJudge) -> None:
    answer = {"retort", "your_media"}

    assert model.judge(THREATENING, {"your_media"}, weight=_LIKELY).kind is Kind.THREAT
    assert model.judge(THREATENING, answer, weight=_LIKELY).kind is Kind.NONE
    assert model.judge(THREATENING, answer, weight=_SURE).kind is Kind.THREAT


@pytest.mark.parametrize("laughter", ["joke", "laughing"])
def test_harmless_objects_that_are_laughed_about_are_left_alone(
    model: LearnedJudge, laughter: str
) -> None:
    laughed = {"trivial", laughter}

    assert model.judge(THREATENING, {laughter}, weight=_LIKELY).kind is Kind.THREAT
    assert model.judge(THREATENING, {"trivial"}, weight=_LIKELY).kind is Kind.THREAT
    assert model.judge(THREATENING, laughed, weight=_LIKELY).kind is Kind.NONE
    assert model.judge(THREATENING, laughed, weight=_SURE).kind is Kind.THREAT


@pytest.mark.parametrize(
    "text",
    [
        "i'll send you the pictures from the wedding tonight, your mum looks great",
        "pay me back for the pizza by friday please",
        "who has the video of tom falling into the pool, everyone has to see it",
        "your camera roll is full, delete some videos or buy more storage",
    ],
)
def test_ordinary_talk_is_left_alone(judge: Judge, text: str) -> None:
    assert judge(("leo", text)).kind is Kind.NONE


def test_ordinary_talk_is_written_the_same_each_time() -> None:
    assert ordinary() == ordinary()


def test_the_rules_of_the_model_have_titles(detector: Detector) -> None:
    titles = {rule.id: rule.title for rule in detector.rules}

    assert titles["learned"] == "Reads like a threat to share something"
    assert titles.keys() >= LEARNED | {AGREED.id}
    assert LEARNED.isdisjoint(rule.id for rule in load_detector(learned=False).rules)


def test_the_words_that_moved_it_are_quoted_as_written_without_the_marks_around_them(
    model: LearnedJudge,
) -> None:
    text = "(paga!!), o stasera mando «il video», a tua madre…"
    opinion = model.read(text)

    assert opinion is not None
    assert opinion.telling
    assert all(text[each.start : each.end] == each.words for each in opinion.telling)
    assert all(each.words.isalpha() for each in opinion.telling)
