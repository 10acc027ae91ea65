"""What moderators do with cases: one wins, the others are told, and nothing is forgotten."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.assessment import Level
from bot.domain.case import CaseState, HinderedError, Hindrance, Mistake, Verdict
from bot.domain.delivery import DeliveryKind
from bot.domain.evidence import ItemKind
from bot.domain.quiet import Quieted
from bot.services.acting import Acting
from bot.services.casework import case_view
from bot.services.desk import Desk, Presser
from bot.storage import Store
from bot.storage.caseload import Wanted
from tests.conftest import Clock, Opener
from tests.storage.building import AVA, GUILD, claim, enqueue, fault_of, threatened

MO, KIT = Presser(71, GUILD), Presser(72, GUILD)
ELSEWHERE = Presser(71, 200)


def desk_of(store: Store) -> Desk:
    return Desk(store, wake=lambda: None)


@pytest.fixture
def desk(store: Store) -> Desk:
    return desk_of(store)


async def hindrance(work: object) -> tuple[Hindrance, int | None, int | None]:
    with pytest.raises(HinderedError) as caught:
        await work  # type: ignore[misc]
    return caught.value.hindrance, caught.value.who, caught.value.case


async def test_of_many_who_claim_at_once_one_gets_the_case(
    store: Store, open_store: Opener
) -> None:
    """Also where they come through two processes."""
    case_id = await threatened(store, 1)
    desks = [desk_of(store), desk_of(open_store())]
    pressers = [Presser(number, GUILD) for number in range(71, 77)]

    outcomes = await asyncio.gather(
        *(desks[n % 2].claim(case_id, presser) for n, presser in enumerate(pressers)),
        return_exceptions=True,
    )

    view = await desks[0].view(case_id, MO)
    winner = view.progress.holder
    won = [p.id for p, outcome in zip(pressers, outcomes, strict=True) if outcome is None]
    told = [o.who for o in outcomes if isinstance(o, HinderedError)]
    assert won == [winner]
    assert told == [winner] * 5
    assert [(deed.what, deed.by) for deed in view.deeds] == [("claimed", winner)]


async def test_a_case_goes_through_all_its_states(desk: Desk, store: Store) -> None:
    case_id = await threatened(store, 1)
    states = []

    async def note_state() -> None:
        states.append((await desk.view(case_id, MO)).progress.state)

    for step in (
        desk.claim(case_id, MO),
        desk.release(case_id, KIT),
        desk.claim(case_id, KIT),
        desk.note(case_id, "spoke to the school", KIT),
        desk.resolve(case_id, Verdict.CONFIRMED, "clear words", KIT),
        desk.reopen(case_id, MO),
        desk.claim(case_id, MO),
        desk.release(case_id, MO),
        desk.resolve(case_id, Verdict.UNCLEAR, "nobody knows", MO),
    ):
        await step
        await note_state()

    claimed, resolved = CaseState.CLAIMED, CaseState.RESOLVED
    reopened = CaseState.REOPENED
    assert states == [
        claimed,
        CaseState.OPEN,
        claimed,
        claimed,
        resolved,
        reopened,
        claimed,
        reopened,
        resolved,
    ]
    view = await desk.view(case_id, MO)
    assert [(d.what, d.by, d.detail, d.words) for d in view.deeds] == [
        ("claimed", 71, None, None),
        ("released", 72, None, None),
        ("claimed", 72, None, None),
        ("noted", 72, None, "spoke to the school"),
        ("resolved", 72, "confirmed", "clear words"),
        ("reopened", 71, None, None),
        ("claimed", 71, None, None),
        ("released", 71, None, None),
        ("resolved", 71, "unclear", "nobody knows"),
    ]
    assert await fault_of(store, case_id) is None


async def test_what_cannot_be_done_says_why(desk: Desk, store: Store, clock: Clock) -> None:
    first = await threatened(store, 1)
    assert await hindrance(desk.release(first, MO)) == (Hindrance.NOT_CLAIMED, None, None)
    assert await hindrance(desk.reopen(first, MO)) == (Hindrance.NOT_RESOLVED, None, None)

    await desk.claim(first, KIT)
    unclear = desk.resolve(first, Verdict.UNCLEAR, "so", MO)
    assert await hindrance(unclear) == (Hindrance.TAKEN, 72, None)
    await desk.resolve(first, Verdict.NO_ACTION, "so", KIT)
    assert await hindrance(desk.claim(first, MO)) == (Hindrance.RESOLVED, 72, None)

    second = await threatened(store, 2)
    assert await hindrance(desk.reopen(first, MO)) == (Hindrance.OTHER_OPEN, None, second)
    await desk.false_alarm(second, Mistake.JOKE, MO)
    assert await hindrance(desk.reopen(second, MO)) == (Hindrance.ERASED, None, None)
    assert await hindrance(desk.note(second, "so", MO)) == (Hindrance.ERASED, None, None)


async def test_another_servers_case_is_none(desk: Desk, store: Store) -> None:
    case_id = await threatened(store, 1)
    acting = Acting(store, wake=lambda: None)
    attempts = (
        desk.view(case_id, ELSEWHERE),
        desk.claim(case_id, ELSEWHERE),
        desk.release(case_id, ELSEWHERE),
        desk.note(case_id, "so", ELSEWHERE),
        desk.resolve(case_id, Verdict.UNCLEAR, "so", ELSEWHERE),
        desk.reopen(case_id, ELSEWHERE),
        desk.leading_rule(case_id, ELSEWHERE),
        desk.false_alarm(case_id, Mistake.JOKE, ELSEWHERE),
        acting.ground(case_id, ELSEWHERE),
        acting.reported(case_id, ELSEWHERE),
    )
    for attempt in attempts:
        with pytest.raises(LookupError):
            await attempt
    assert (await desk.page(Wanted(), 0, ELSEWHERE)).total == 0
    assert await desk.suggestions("", ELSEWHERE) == []
    assert (await desk.view(case_id, MO)).deeds == ()


async def test_a_false_alarm_erases_every_word_and_keeps_the_counts(
    desk: Desk, store: Store
) -> None:
    case_id = await threatened(store, 1)
    await desk.note(case_id, "they are brothers", MO)
    await desk.false_alarm(case_id, Mistake.JOKE, MO, quiet=Quieted.RULES)

    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
        view = await case_view(tx, case_id)
        (quiet,) = await tx.quiets.of(GUILD)
        advised = await tx.standings.advised(case_id)
    assert [item.content for item in items] == [None] * len(items)
    assert await fault_of(store, case_id) is None
    assert (view.progress.verdict, view.findings, view.words) == (Verdict.FALSE_ALARM, 1, ())
    assert (quiet.rules, quiet.phrase, quiet.by, quiet.why) == (
        ("exposure",),
        None,
        71,
        Mistake.JOKE,
    )
    assert [(s.state.value, s.reason) for s in advised.values()] == [("held", "false_alarm")]
    assert AVA in advised


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.FALSE_ALARM])
async def test_the_bot_itself_times_nobody_out_once_a_case_was_not_confirmed(
    desk: Desk, store: Store, verdict: Verdict
) -> None:
    """Discord may not have taken it until then."""
    case_id = await threatened(store, 1)
    await enqueue(store, DeliveryKind.TIMEOUT, case_id=case_id)
    await desk.resolve(case_id, verdict, "friends", MO)
    await desk.reopen(case_id, MO)

    expected = {DeliveryKind.ADVICE, DeliveryKind.ALERT}
    if verdict is Verdict.CONFIRMED:
        expected.add(DeliveryKind.TIMEOUT)
    assert {d.kind for d in await claim(store)} == expected


async def test_a_phrase_is_quieted_once_and_stands_nowhere_in_plain(
    desk: Desk, store: Store
) -> None:
    for number in (1, 2):
        case_id = await threatened(store, number)
        await desk.false_alarm(case_id, Mistake.TRADE, MO, quiet=Quieted.PHRASE)

    async with store.transaction() as tx:
        (quiet,) = await tx.quiets.of(GUILD)
        assert await tx.quiets.of(200) == []
        await tx.quiets.count(quiet, message_id=9)
        await tx.quiets.count(quiet, message_id=9)
        await tx.quiets.count(quiet, message_id=8)
        await tx.quiets.count(quiet, message_id=10)
        (counted,) = await tx.quiets.of(GUILD)
        assert await tx.quiets.lift(quiet.id, guild_id=200) is None
        assert await tx.quiets.lift(quiet.id, guild_id=GUILD) == quiet.case_id
        assert await tx.quiets.of(GUILD) == []
    assert (quiet.phrase, counted.counted) == ((), 2)


async def test_further_threats_after_a_resolved_case_make_another_one_that_names_it(
    desk: Desk, store: Store
) -> None:
    first = await threatened(store, 1)
    await desk.resolve(first, Verdict.CONFIRMED, "so", MO)
    second = await threatened(store, 2)
    await threatened(store, 3, offender=667)

    view = await desk.view(second, MO)
    assert [(case.id, case.progress.verdict) for case in view.earlier] == [
        (first, Verdict.CONFIRMED)
    ]


async def test_a_list_shows_what_is_wanted_gravest_first(desk: Desk, store: Store) -> None:
    levels = [Level.MEDIUM, Level.URGENT, Level.HIGH, Level.HIGH, Level.LOW]
    for number, level in enumerate(levels, start=1):
        await threatened(store, number, offender=600 + number, level=level)
    await desk.claim(3, MO)
    await desk.resolve(5, Verdict.UNCLEAR, "so", MO)

    async def shown(wanted: Wanted) -> list[int]:
        return [line.id for line in (await desk.page(wanted, 0, MO)).lines]

    assert await shown(Wanted()) == [2, 4, 3, 1]
    assert await shown(Wanted(tuple(CaseState))) == [2, 4, 3, 1, 5]
    assert await shown(Wanted(level=Level.HIGH)) == [2, 4, 3]
    assert await shown(Wanted((CaseState.CLAIMED,), holder=MO.id)) == [3]
    assert await shown(Wanted((CaseState.CLAIMED,), holder=KIT.id)) == []
    assert await shown(Wanted((CaseState.RESOLVED,))) == [5]


async def test_pages_hold_everything_once(desk: Desk, store: Store) -> None:
    for number in range(1, 20):
        await threatened(store, number, offender=600 + number)

    pages = [await desk.page(Wanted(), number, MO) for number in range(4)]

    assert [[line.id for line in page.lines] for page in pages] == [
        [*range(19, 11, -1)],
        [*range(11, 3, -1)],
        [3, 2, 1],
        [3, 2, 1],  # a page that does not exist is the last one
    ]
    assert [(page.page, page.pages, page.total) for page in pages] == [
        (0, 3, 19),
        (1, 3, 19),
        (2, 3, 19),
        (2, 3, 19),
    ]
    suggested = [line.id for line in await desk.suggestions("#1", MO)]
    assert suggested == [19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 1]
    assert await desk.suggestions("1 OR 1=1", MO) == []


async def test_every_deed_stands_in_the_chain_without_words_where_they_were_erased(
    desk: Desk, store: Store
) -> None:
    case_id = await threatened(store, 1)
    await desk.note(case_id, "a note", MO)
    async with store.transaction() as tx:
        await tx.cases.erase_content(case_id)
    await desk.resolve(case_id, Verdict.NO_ACTION, "the reason", MO)

    async with store.transaction() as tx:
        items = await tx.evidence.items(case_id)
    actions = [item for item in items if item.kind is ItemKind.ACTION]
    assert [(item.facts["what"], item.content) for item in actions] == [
        ("noted", None),
        ("resolved", None),
    ]
    assert await fault_of(store, case_id) is None
