"""The only module that knows one gateway connection: its frames, heartbeats and close codes."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING

import orjson
from aiohttp import WSMsgType, web

from bot.sandbox import serialise
from bot.sandbox.protocol import Intent, Json, Opcode

if TYPE_CHECKING:
    from bot.sandbox.gateway import Gateway, Session

HIGH_WATER = 1000
LOW_WATER = 200
CHUNK = 1000
GRACE = 1.5
"""A client may be this many intervals late with its heartbeat."""


class Connection:
    """One websocket of a client, from HELLO to its end."""

    def __init__(self, gateway: Gateway, request: web.Request) -> None:
        self._gateway = gateway
        self._request = request
        self._socket = web.WebSocketResponse(compress=False, max_msg_size=16_384)
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._drained: asyncio.Future[None] | None = None
        self._interval = gateway.heartbeat_interval
        self.session: Session | None = None
        self.gone = asyncio.Event()

    @property
    def is_full(self) -> bool:
        """Whether writers should wait for the client."""
        return len(self._frames) > HIGH_WATER

    def drained(self) -> asyncio.Future[None]:
        """Return a future that is done when the client has caught up, or is gone."""
        if self._drained is None or self._drained.done():
            self._drained = asyncio.get_running_loop().create_future()
        return self._drained

    def send(self, frame: bytes) -> None:
        """Queue one text frame."""
        self._frames.append(frame)
        self._wake.set()

    def abort(self) -> None:
        """Cut the connection without a close frame."""
        self._frames.clear()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self, code: int) -> None:
        """Close with a code of https://docs.discord.com/developers/topics/opcodes-and-status-codes."""
        self._gateway.closed_with.append(code)
        await self._socket.close(code=code)

    async def run(self) -> web.WebSocketResponse:
        """Serve the connection to its end."""
        await self._socket.prepare(self._request)
        hello = {"heartbeat_interval": int(self._interval * 1000), "_trace": []}
        self._answer(Opcode.HELLO, hello)
        writer = asyncio.create_task(self._write(), name="sandbox-gateway-writer")
        try:
            await self._read()
        finally:
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
            self._leave()
        return self._socket

    def _leave(self) -> None:
        if self.session is not None and self.session.connection is self:
            self.session.connection = None
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self.gone.set()
        self._gateway.world.changed()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._frames:
                    await self._socket.send_frame(self._frames.popleft(), WSMsgType.TEXT)
                    if self._drained is not None and len(self._frames) < LOW_WATER:
                        self._caught_up()

    def _caught_up(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    async def _read(self) -> None:
        while True:
            try:
                received = await self._socket.receive(timeout=self._interval * GRACE)
            except TimeoutError:
                self._forget_session()
                await self.close(4009)
                return
            if received.type is not WSMsgType.TEXT:
                return
            await self._obey(orjson.loads(received.data))

    def _forget_session(self) -> None:
        if self.session is not None:
            self._gateway.sessions.pop(self.session.id, None)

    async def _obey(self, frame: Json) -> None:
        opcode, payload = frame.get("op"), frame.get("d")
        if opcode == Opcode.HEARTBEAT:
            self._answer(Opcode.HEARTBEAT_ACK, None)
        elif opcode == Opcode.IDENTIFY:
            await self._identify(payload or {})
        elif opcode == Opcode.RESUME:
            await self._resume(payload or {})
        elif opcode in {Opcode.PRESENCE, Opcode.VOICE_STATE}:
            return
        elif opcode == Opcode.REQUEST_MEMBERS and self.session is not None:
            self._send_members(payload or {})
        else:
            await self.close(4001 if self.session else 4003)

    def _answer(self, opcode: Opcode, payload: object) -> None:
        self.send(orjson.dumps({"op": int(opcode), "d": payload, "s": None, "t": None}))

    async def _identify(self, payload: Json) -> None:
        if self.session is not None:
            await self.close(4005)
        elif payload.get("token") != self._gateway.token:
            await self.close(4004)
        elif not self._gateway.may_identify(int(payload.get("intents", 0))):
            await self.close(4014)
        else:
            self.session = self._gateway.open_session(self, payload)

    async def _resume(self, payload: Json) -> None:
        if payload.get("token") != self._gateway.token:
            await self.close(4004)
            return
        self.session = self._gateway.take_up(self, payload)
        if self.session is None:
            self._answer(Opcode.INVALID_SESSION, False)  # noqa: FBT003 -- Discord's "d" is a boolean

    def _send_members(self, request: Json) -> None:
        """Answer op 8; the whole list needs the GUILD_MEMBERS intent and is refused without."""
        assert self.session is not None
        server = self._gateway.world.servers.get(int(request["guild_id"]))
        ids = request.get("user_ids")
        query, limit = str(request.get("query") or ""), int(request.get("limit") or 0)
        whole = ids is None and not query and not limit
        if server is None or (whole and not self.session.intents & Intent.GUILD_MEMBERS):
            return
        wanted = {int(i) for i in ([ids] if isinstance(ids, (str, int)) else ids or ())}
        found = [
            serialise.member(m)
            for m in server.members.values()
            if (m.user.id in wanted if ids is not None else m.display.lower().startswith(query))
        ][: limit or None]
        missing = [str(i) for i in sorted(wanted - server.members.keys())]
        chunks = [found[i : i + CHUNK] for i in range(0, len(found), CHUNK)] or [[]]
        for index, chunk in enumerate(chunks):
            payload: Json = {
                "guild_id": str(server.id),
                "members": chunk,
                "chunk_index": index,
                "chunk_count": len(chunks),
                "not_found": missing,
            }
            if request.get("nonce") is not None:
                payload["nonce"] = request["nonce"]
            self.session.dispatch("GUILD_MEMBERS_CHUNK", orjson.dumps(payload))
