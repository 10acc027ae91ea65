"""Screening: every message through window, detector and policy; what is found is never lost."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import stamina
import structlog

from bot.detection import Conversations, Detector
from bot.domain.assessment import Kind
from bot.domain.message import Circumstances, Message, Person
from bot.services.custody import GATEWAY, HISTORY, version
from bot.services.durable import insist, whole
from bot.services.observed import Banned, Deleted, Edited, Found
from bot.services.policies import Policies
from bot.services.recording import Recorder
from bot.storage import Store, StoreUnavailableError

_log = structlog.get_logger(__name__)

_MARK_EVERY = 15.0
_ATTEMPTS = 3
"""How often it is tried to store what fails for another reason than the database."""


_Work = Found | Edited | Deleted | Banned


class Screening:
    """Looks at every message at once; writes what matters in order, as soon as it can.

    What was found waits in memory until the database has taken it. Per server, a mark in the
    database says up to where everything was screened and stored; after a restart, messages from
    there on are screened again, and what is stored already is recognised.
    """

    def __init__(
        self,
        store: Store,
        detector: Detector,
        conversations: Conversations,
        policies: Policies,
        *,
        wake: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._clock = clock
        self._detector = detector
        self._conversations = conversations
        self._recorder = Recorder(store, policies)
        self._wake = wake
        self._numbers = itertools.count()
        self._work: asyncio.Queue[tuple[int, _Work]] = asyncio.Queue()
        self._unstored: dict[int, tuple[int, int]] = {}
        self._newest: dict[int, int] = {}
        self._behind: set[int] = set()
        self._catching_up: list[float] = []
        """Since when: what is written meanwhile is held back, and needs what was said before it."""
        self._gone: dict[int, dict[int, Deleted]] = {}
        """Per channel, how those of the remembered messages went that are gone."""

    def screen(
        self,
        message: Message,
        present: tuple[Person, ...] = (),
        *,
        source: str = GATEWAY,
        circumstances: Callable[[], Circumstances] = Circumstances,
    ) -> None:
        """Look at one message, or one version of it, of a server. Never waits, never raises.

        Messages of one channel are to be given in the order in which they were written. `present`
        are the people whom a private channel lets in, if that is known; `circumstances` are asked
        for only if something is found.
        """
        guild_id = message.guild_id or 0
        if message.id > self._newest.get(guild_id, 0):
            self._newest[guild_id] = message.id
        window = self._conversations.observe(message)
        if window is None:
            return
        if present:
            window = window._replace(present=present)
        assessment = self._detector.assess(window)
        if assessment.experimental:
            _log.info("experimental", message=message.id, rules=assessment.experimental)
        if assessment.kind is Kind.NONE:
            return
        gone = tuple(self._gone.get(message.channel_id, {}).items())
        found = Found(window, assessment, source, circumstances(), gone)
        self._put(found, guild_id, oldest=message.id)

    def forget_old(self) -> None:
        """Let go of what was said too long ago to matter, and of all that was read meanwhile."""
        self._conversations.forget_old(min((self._clock(), *self._catching_up)))
        for channel_id in list(self._gone):
            self._remember_gone(channel_id, {})
        self._detector.forget()

    async def reread(
        self,
        channel_id: int,
        past: Mapping[Message, Callable[[], Circumstances]],
        present: tuple[Person, ...] = (),
    ) -> None:
        """Look at what the history of a channel brings, each with its circumstances.

        It is put among what is remembered, every version where it was written, so that nobody is
        judged by what came later, however often history is read. What was heard before anything
        new is not judged again. Nothing of the channel may be screened meanwhile.
        """
        heard = {version(message): message for message in self._conversations.context(channel_id)}
        brought = {version(message): message for message in past}
        self._conversations.forget(channel_id)
        is_new = False
        for key, message in sorted((brought | heard).items(), key=lambda one: _written(one[1])):
            await asyncio.sleep(0)  # thousands of messages must not stop all else
            is_new = is_new or key not in heard
            with safely():
                if not is_new:
                    self._conversations.observe(message)
                    continue
                if key not in heard and message.edited_at is not None:
                    self._put(Edited(message, HISTORY), message.guild_id, oldest=message.id)
                self.screen(
                    message,
                    present,
                    source=GATEWAY if key in heard else HISTORY,
                    circumstances=past[brought[key]] if key in brought else Circumstances,
                )

    def edited(
        self,
        message: Message,
        present: tuple[Person, ...] = (),
        *,
        circumstances: Callable[[], Circumstances] = Circumstances,
    ) -> None:
        """Look at a new version, and keep it if the message is preserved."""
        self._put(Edited(message), message.guild_id, oldest=message.id)
        self.screen(message, present, circumstances=circumstances)

    def banned(self, person_id: int, *, guild_id: int) -> None:
        """Keep on record that somebody was banned, if a case is about them."""
        self._put(Banned(guild_id, person_id), guild_id, oldest=self.newest(guild_id))

    def deleted(
        self,
        message_ids: Iterable[int],
        *,
        guild_id: int,
        channel_id: int,
        bulk: bool,
        source: str = GATEWAY,
    ) -> None:
        """Keep on record that messages were deleted, if they are preserved or will be soon."""
        ids = tuple(message_ids)
        gone = Deleted(guild_id, channel_id, ids, bulk, source)
        self._put(gone, guild_id, oldest=min(ids))
        self._remember_gone(channel_id, dict.fromkeys(ids, gone))

    def _remember_gone(self, channel_id: int, more: Mapping[int, Deleted]) -> None:
        """Add `more` to what is gone of a channel, as far as it is remembered itself."""
        remembered = {message.id for message in self._conversations.context(channel_id)}
        known = {**self._gone.pop(channel_id, {}), **more}
        if kept := {key: how for key, how in known.items() if key in remembered}:
            self._gone[channel_id] = kept

    def _put(self, work: _Work, guild_id: int | None, *, oldest: int) -> None:
        """Have it stored; until then the server's mark stays before its oldest message."""
        number = next(self._numbers)
        self._unstored[number] = (guild_id or 0, oldest)
        self._work.put_nowait((number, work))

    async def missing(self, channel_id: int, *, since: int, present: Collection[int]) -> None:
        """Keep on record what was deleted unseen: preserved messages that history lacks.

        `present` are the identifiers of all messages of the channel from `since` on.
        """
        preserved = await insist(
            self._store, lambda tx: tx.evidence.preserved(channel_id, since=since)
        )
        for guild_id, message_id in preserved:
            if message_id not in present:
                self.deleted(
                    [message_id],
                    guild_id=guild_id,
                    channel_id=channel_id,
                    bulk=False,
                    source=HISTORY,
                )

    async def settled(self) -> None:
        """Wait until everything found so far is stored."""
        await self._work.join()

    async def run(self) -> None:
        """Store what is found, in order, until cancelled; marks follow behind."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._store_in_order())
            tasks.create_task(self._mark_regularly())

    def newest(self, guild_id: int) -> int:
        """The snowflake of the newest message of a server that was screened, 0 before the first."""
        return self._newest.get(guild_id, 0)

    async def begin(self, guild_id: int, snowflake: int) -> None:
        """Begin to screen a new server: whatever happens next, it is caught up from here on."""
        self._newest.setdefault(guild_id, snowflake)
        await insist(self._store, lambda tx: tx.memory.begin(guild_id, snowflake))

    async def mark(self, guild_id: int) -> int | None:
        """The snowflake from which on this server must be caught up; None for a new server."""
        return await insist(self._store, lambda tx: tx.memory.mark(guild_id))

    @contextmanager
    def catching_up(self, guild_id: int) -> Iterator[None]:
        """Leave this server's mark where it is until everything missed was screened.

        Breaking off with an error leaves it there for good, so that the next try starts anew.
        """
        self._behind.add(guild_id)
        began = self._clock()
        self._catching_up.append(began)
        try:
            yield
        finally:
            self._catching_up.remove(began)
        self._behind.discard(guild_id)

    async def set_marks(self) -> None:
        """Store how far every server was screened. Raises StoreUnavailableError."""
        marks = {
            guild_id: newest
            for guild_id, newest in self._newest.items()
            if guild_id not in self._behind
        }
        for guild_id, oldest in self._unstored.values():
            if guild_id in marks:
                marks[guild_id] = min(marks[guild_id], oldest - 1)
        if marks:
            async with self._store.transaction() as tx:
                await tx.memory.set_marks(marks)

    async def _mark_regularly(self) -> None:
        while True:
            await asyncio.sleep(_MARK_EVERY)
            try:
                await whole(self.set_marks())
            except StoreUnavailableError as error:
                _log.error("marks_not_stored", error=str(error))

    async def _store_in_order(self) -> None:
        while True:
            number, work = await self._work.get()
            try:
                await self._record(work)
                del self._unstored[number]
                self._wake()
            except Exception:  # noqa: BLE001 - one must not stop the others
                # The mark stays before it, so that it is tried again after the next start.
                _log.exception("not_stored", work=type(work).__name__)
            finally:
                self._work.task_done()

    async def _record(self, work: _Work) -> None:
        """Store it; what fails for another reason than the database may work the next time."""
        async for attempt in stamina.retry_context(on=Exception, attempts=_ATTEMPTS, timeout=None):
            with attempt:
                await insist(self._store, partial(self._recorder.record, work=work))


@contextmanager
def safely() -> Iterator[None]:
    """Screen one message or event within it; a fault there must not leave all else unwatched."""
    try:
        yield
    except Exception:  # noqa: BLE001 - the border, as where messages are heard
        _log.exception("message_not_screened")


def _written(message: Message) -> tuple[float, int]:
    """When this version was written, for sorting."""
    return message.edited_at or message.at, message.id
