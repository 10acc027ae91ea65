"""Rules over families of concepts: each element needs words of its own, and work stays bounded."""

from __future__ import annotations

from bot.detection import load_detector
from bot.detection.reading import Place, Reading
from bot.detection.rules import Rule, apply
from bot.domain.assessment import Category, Kind, Level
from bot.domain.message import Message, Person, Window

RULE = Rule(
    id="r",
    title="r",
    version=1,
    kind=Kind.THREAT,
    level=Level.MEDIUM,
    category=Category.EXPOSURE,
    stable=True,
    needs=(frozenset({"a"}), frozenset({"b"})),
    vetoes=frozenset({"joke"}),
    own_vetoes=frozenset({"mine"}),
    apart=True,
)


def _reading(*places: tuple[str, int, int], foreign: bool = False) -> Reading:
    message = Message(1, 1, Person(1, "leo"), "a b c d e f", 1.0)
    found = tuple(
        Place(concept, first, last, 2 * first, 2 * last + 1, foreign)
        for concept, first, last in places
    )
    concepts = frozenset(place.concept for place in found)
    own, others = (frozenset[str](), concepts) if foreign else (concepts, frozenset[str]())
    return Reading(message, found, own, others, tuple("abcdef"))


def test_the_same_words_are_not_two_elements() -> None:
    assert apply(RULE, [_reading(("a", 0, 1), ("b", 0, 1))]) is None
    assert apply(RULE, [_reading(("a", 0, 1), ("b", 0, 2))]) is None


def test_words_that_overlap_or_add_enough_of_their_own_are_two_elements() -> None:
    assert apply(RULE, [_reading(("a", 0, 1), ("b", 1, 2))]) is not None
    assert apply(RULE, [_reading(("a", 2, 2), ("b", 0, 3))]) is not None


def test_a_later_place_is_tried_when_the_first_is_taken() -> None:
    finding = apply(RULE, [_reading(("a", 0, 1), ("b", 0, 1), ("b", 3, 4))])

    assert finding is not None
    assert [signal.concept for signal in finding.signals] == ["a", "b"]


def test_own_words_can_silence_a_rule_where_those_of_others_do_not() -> None:
    own = _reading(("a", 0, 0), ("b", 2, 2), ("mine", 4, 4))
    quoted = own._replace(own=frozenset({"a", "b"}), foreign=frozenset({"mine"}))

    assert apply(RULE, [own]) is None
    assert apply(RULE, [quoted]) is not None


def test_many_places_cost_bounded_work() -> None:
    places = [(name, place, place) for name in ("a", "b") for place in [0] * 400]

    assert apply(RULE, [_reading(*places)]) is None


def test_what_stands_there_is_never_more_than_what_may() -> None:
    lexicon = load_detector(learned=False).lexicon
    for text in (
        "mom sees it or pay 50 now",
        "now 50 pay or it sees mom",
        "s e n d me the money or i l e a k your pics",
        "the weather is lovely today",
    ):
        words = text.split()
        assert lexicon.closely(words).all() & ~lexicon.all_bits(words) == 0


def test_order_is_minded_where_it_matters() -> None:
    lexicon = load_detector(learned=False).lexicon

    jumbled = lexicon.closely(["post", "i", "or", "your", "pics", "you", "paid"])
    ordered = lexicon.closely(["or", "i", "post", "your", "pics", "unless", "you", "paid"])

    assert jumbled.all() != ordered.all()


def test_what_is_not_sure_by_itself_must_stand_close_together() -> None:
    detector = load_detector(learned=False)
    stroll = "and then we walked home past the mill where the geese are and it was so cold that "
    stroll += "nobody wanted to stay out there for long"

    def level(text: str) -> Level:
        return detector.assess(Window(Message(1, 1, Person(1, "leo"), text, 1.0))).level

    assert level("gift card code in ten minutes or i upload") is Level.MEDIUM
    assert level(f"gift card code in ten minutes {stroll} or i upload") is Level.NONE
    assert level(f"send 80 euro by tonight {stroll} or i post your nudes") is Level.HIGH
