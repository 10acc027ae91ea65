"""The only module that knows the gateway's sessions: who is connected and what each is told."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import orjson

from bot.sandbox import serialise
from bot.sandbox.protocol import PRIVILEGED, Intent, Json, Opcode
from bot.sandbox.world import Event

if TYPE_CHECKING:
    from bot.sandbox.connection import Connection
    from bot.sandbox.servers import Server
    from bot.sandbox.world import World

REPLAYED = 20_000


@dataclass(eq=False)
class Session:
    """One identified shard; it outlives its connection, so that it can be resumed."""

    id: str
    intents: int
    shard: tuple[int, int]
    connection: Connection | None
    sequence: int = 0
    sent: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=REPLAYED))

    def serves(self, server: Server | None) -> bool:
        """Return whether this shard is told about the server (None: direct messages)."""
        number, count = self.shard
        return number == (0 if server is None else (server.id >> 22) % count)

    def dispatch(self, name: str, payload: bytes) -> None:
        """Send one event, and keep it for a resume."""
        self.sequence += 1
        frame = b'{"op":0,"s":%d,"t":"%s","d":%s}' % (self.sequence, name.encode(), payload)
        self.sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.send(frame)

    def replay(self, after: int) -> bool:
        """Send again what came after a sequence number; False when that is no longer kept."""
        oldest = self.sent[0][0] if self.sent else self.sequence + 1
        if after > self.sequence or after + 1 < oldest:
            return False
        for number, frame in self.sent:
            if number > after and self.connection is not None:
                self.connection.send(frame)
        return True


class Gateway:
    """Tells the connected clients what happens, and misbehaves on demand.

    Attributes:
        heartbeat_interval: Seconds, told to clients at the next connection.
        recommended_shards: What GET /gateway/bot advises.
        identifies: How often a client identified (resumes not counted).
        resumes: How often a session was resumed.
    """

    def __init__(self, world: World, *, granted: int, heartbeat_interval: float) -> None:
        self.world = world
        self.granted = granted
        self.heartbeat_interval = heartbeat_interval
        self.url = ""
        self.token = ""
        self.recommended_shards = 1
        self.identifies = 0
        self.resumes = 0
        self.closed_with: list[int] = []
        self.sessions: dict[str, Session] = {}
        self._held: list[Event] | None = None
        self._repeat = 0
        self._late: deque[tuple[str | None, float]] = deque()
        self._timers: set[asyncio.TimerHandle] = set()
        world.subscribers.append(self.publish)
        world.drained = self.drained

    @property
    def flags(self) -> int:
        """The application flags, which say which privileged intents are granted."""
        return sum(flag for intent, flag in PRIVILEGED.items() if self.granted & intent)

    @property
    def connected(self) -> list[Session]:
        """The sessions that have a connection now."""
        return [s for s in self.sessions.values() if s.connection is not None]

    # -- what tests and demos ask for --------------------------------------------------------

    async def drop(self) -> None:
        """Cut every connection without a close frame; clients resume."""
        for session in self.connected:
            assert session.connection is not None
            session.connection.abort()
        await self._until_disconnected()

    async def reconnect(self) -> None:
        """Ask every client to reconnect (op 7); clients resume."""
        self._tell_all({"op": Opcode.RECONNECT, "d": None, "s": None, "t": None})
        await self._until_disconnected()

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Invalidate every session (op 9); unless resumable, clients must identify anew."""
        self._tell_all({"op": Opcode.INVALID_SESSION, "d": resumable, "s": None, "t": None})
        await self._until_disconnected()
        if not resumable:
            self.sessions.clear()

    async def close(self, code: int = 4000) -> None:
        """Close every connection with a code."""
        for session in self.connected:
            assert session.connection is not None
            await session.connection.close(code)
        await self._until_disconnected()

    def forget_sessions(self) -> None:
        """Lose all sessions, so that the next resume is answered with op 9."""
        for session_id in [s.id for s in self.sessions.values() if s.connection is None]:
            del self.sessions[session_id]

    def pause(self) -> None:
        """Hold all events back until `resume`."""
        if self._held is None:
            self._held = []

    def resume(self) -> None:
        """Send what was held back, in order, and go on."""
        held, self._held = self._held or [], None
        for event in held:
            self.publish(event)

    def duplicate_next(self, times: int = 1) -> None:
        """Send each of the next `times` events twice."""
        self._repeat += times

    def delay_next(self, seconds: float, *, event: str | None = None) -> None:
        """Send the next event (of that name) late; others overtake it."""
        self._late.append((event, seconds))

    def _tell_all(self, payload: Json) -> None:
        frame = orjson.dumps(payload)
        for session in self.connected:
            assert session.connection is not None
            session.connection.send(frame)

    async def _until_disconnected(self) -> None:
        pending = [s.connection.gone.wait() for s in self.connected if s.connection is not None]
        if pending:
            await asyncio.wait_for(asyncio.gather(*pending), timeout=5)

    # -- telling -----------------------------------------------------------------------------

    def publish(self, event: Event) -> None:
        """Tell an event to every session that may know of it."""
        if self._held is not None:
            self._held.append(_frozen(event))
            return
        if self._late and self._late[0][0] in {None, event.name}:
            _, seconds = self._late.popleft()
            timer = asyncio.get_running_loop().call_later(seconds, self._tell, _frozen(event))
            self._timers.add(timer)
            return
        self._tell(event)
        if self._repeat:
            self._repeat -= 1
            self._tell(event)

    def _tell(self, event: Event) -> None:
        bot = self.world.bot
        farewell = event.name == "GUILD_DELETE"
        if event.server is not None and not farewell and not self._is_in(event.server):
            return
        encoded: dict[bool, bytes] = {}
        for session in self.sessions.values():
            if event.intents and not session.intents & event.intents:
                continue
            if not session.serves(event.server):
                continue
            if event.channel is not None and not event.channel.visible_to(bot):
                continue
            full = event.free or bool(session.intents & Intent.MESSAGE_CONTENT)
            if event.name == "GUILD_CREATE":
                full = bool(session.intents & Intent.GUILD_PRESENCES)
            if full not in encoded:
                encoded[full] = orjson.dumps(event.payload(full))
            session.dispatch(event.name, encoded[full])

    def drained(self) -> asyncio.Future[None] | None:
        """Return what to await while a connection has too much to send, else None."""
        for session in self.sessions.values():
            if session.connection is not None and session.connection.is_full:
                return session.connection.drained()
        return None

    def stop(self) -> None:
        """Forget delayed events."""
        for timer in self._timers:
            timer.cancel()

    # -- sessions ----------------------------------------------------------------------------

    def may_identify(self, intents: int) -> bool:
        """Return whether all privileged intents asked for are granted."""
        return all(self.granted & i for i in PRIVILEGED if intents & i)

    def open_session(self, connection: Connection, identify: Json) -> Session:
        """Start a session: READY with unavailable servers, then their GUILD_CREATE."""
        shard = tuple(identify.get("shard") or (0, 1))
        session = Session(
            secrets.token_hex(16), int(identify["intents"]), (shard[0], shard[1]), connection
        )
        self.sessions[session.id] = session
        self.identifies += 1
        servers = [s for s in self.world.servers.values() if self._is_in(s) and session.serves(s)]
        session.dispatch("READY", orjson.dumps(self._ready(session, servers)))
        if session.intents & Intent.GUILDS:
            everyone = bool(session.intents & Intent.GUILD_PRESENCES)
            for server in servers:
                if server.available:
                    payload = serialise.server(server, all_members=everyone)
                    session.dispatch("GUILD_CREATE", orjson.dumps(payload))
        self.world.changed()
        return session

    def _is_in(self, server: Server) -> bool:
        return self.world.bot.id in server.members

    def _ready(self, session: Session, servers: list[Server]) -> Json:
        return {
            "v": 10,
            "user": serialise.user(self.world.bot) | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(s.id), "unavailable": True} for s in servers],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(self.world.application_id), "flags": self.flags},
            "private_channels": [],
        }

    def take_up(self, connection: Connection, resume: Json) -> Session | None:
        """Resume a session with what it missed; None when it is lost."""
        session = self.sessions.get(str(resume.get("session_id")))
        if session is None:
            return None
        if session.connection is not None:
            session.connection.abort()
        session.connection = connection
        if not session.replay(int(resume.get("seq") or 0)):
            session.connection = None
            return None
        self.resumes += 1
        session.dispatch("RESUMED", b"{}")
        self.world.changed()
        return session


def _frozen(event: Event) -> Event:
    """Return the event as it is now, although its subject may change before it is told."""
    payloads = {full: event.payload(full) for full in (False, True)}
    return replace(event, payload=payloads.__getitem__)
