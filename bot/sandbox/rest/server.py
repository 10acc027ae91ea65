"""The only module that knows how a REST request is taken, logged, failed and answered."""

from __future__ import annotations

import asyncio
import inspect
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
from aiohttp import web

from bot.sandbox.errors import ApiError
from bot.sandbox.rest import (
    channels,
    commands,
    guilds,
    interactions,
    invites,
    members,
    messages,
    threads,
    users,
)
from bot.sandbox.rest.call import Call, read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.faults import Fault, Faults
    from bot.sandbox.rest.call import Discord, Route
    from bot.sandbox.rest.limits import RateLimits

PREFIX = "/api/v10"
_WITHOUT_TOKEN = ("/interactions/", "/webhooks/", "/gateway")
_MAJOR = ("channel", "guild", "webhook", "token")


@dataclass(eq=False)
class Request:
    """One REST request as the sandbox saw it; `status` 0 until answered, or when cut off."""

    method: str
    path: str
    query: dict[str, str]
    json: Any
    at: float
    reason: str | None = None
    status: int = 0
    code: int = 0


Hook: TypeAlias = "Callable[[Request], Awaitable[None] | None]"


class Rest:
    """Answers REST requests; knows every one of them."""

    def __init__(self, discord: Discord, *, token: str, faults: Faults, limits: RateLimits) -> None:
        self._discord = discord
        self._token = token
        self._faults = faults
        self._limits = limits
        self.requests: list[Request] = []
        self.before: list[Hook] = []
        self.after: list[Hook] = []

    def add_to(self, application: web.Application) -> None:
        """Register all routes."""
        for resource in _RESOURCES:
            for route in resource.ROUTES:
                application.router.add_route(route[0], PREFIX + route[1], self._endpoint(route))
        application.router.add_route("*", PREFIX + "/{path:.*}", self._endpoint(_UNKNOWN))

    def _endpoint(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def endpoint(request: web.Request) -> web.StreamResponse:
            return await self._serve(request, route)

        return endpoint

    async def _serve(self, request: web.Request, route: Route) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        seen = Request(request.method, path, dict(request.query), None, self._discord.world.clock())
        self.requests.append(seen)
        try:
            call = await read(request, self._discord)
            seen.json, seen.reason = call.json, call.reason
            self._discord.world.changed()
            await _run_hooks(self.before, seen)
            response = await self._answered(request, route, seen, call)
        except ApiError as error:
            response = _json(error.body(), error.status)
            seen.code = error.code
        seen.status = 0 if isinstance(response, _Cut) else response.status
        await _run_hooks(self.after, seen)
        self._discord.world.changed()
        return response

    async def _answered(
        self, request: web.Request, route: Route, seen: Request, call: Call
    ) -> web.Response:
        self._check_token(request, seen.path)
        faults = self._faults.striking(seen.method, seen.path)
        if (failure := await self._struck(request, faults, seen)) is not None:
            return failure
        major = "/".join(call.params.get(name, "") for name in _MAJOR)
        headers, wait = self._limits.take(f"{route[0]} {route[1]}", major)
        if wait is not None and self._limits.real:
            return _limited(wait, headers=headers)
        try:
            result = await route[2](call)
        except ApiError as error:
            seen.code = error.code
            return _json(error.body(), error.status, headers)
        if any(fault.kind == "lose" for fault in faults):
            return _cut(request)
        return _json(result, 204 if result is None else 200, headers)

    def _check_token(self, request: web.Request, path: str) -> None:
        if path.startswith(_WITHOUT_TOKEN) and path != "/gateway/bot":
            return
        if request.headers.get("Authorization") != f"Bot {self._token}":
            raise ApiError(0, status=401, message="401: Unauthorized")

    async def _struck(
        self, request: web.Request, faults: list[Fault], seen: Request
    ) -> web.Response | None:
        for fault in faults:
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "reset":
                return _cut(request, reset=True)
            elif fault.kind == "limit":
                return _limited(fault.seconds, is_global=fault.is_global, via=fault.via)
            elif fault.kind == "fail":
                seen.code = fault.code
                return _json({"message": fault.message, "code": fault.code}, fault.status)
        return None


async def _run_hooks(hooks: list[Hook], seen: Request) -> None:
    for hook in hooks:
        result = hook(seen)
        if inspect.isawaitable(result):
            await result


async def _unknown_route(_: Call) -> object:
    raise ApiError(0)


_RESOURCES = (
    users,
    channels,
    threads,
    messages,
    guilds,
    members,
    invites,
    commands,
    interactions,
)
_UNKNOWN: Route = ("*", "/", _unknown_route)


def _json(body: object, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Answer with exactly `application/json`, the only type that discord.py decodes."""
    if status == 204:
        return web.Response(status=204, headers=headers)
    kept = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=orjson.dumps(body), status=status, headers=kept)


def _limited(
    seconds: float,
    *,
    is_global: bool = False,
    via: bool = True,
    headers: dict[str, str] | None = None,
) -> web.Response:
    body = {
        "message": "You are being rate limited.",
        "retry_after": seconds,
        "global": is_global,
        "code": 0,
    }
    extra = {**(headers or {}), "Retry-After": str(seconds), "X-RateLimit-Scope": "user"}
    if via:
        extra["Via"] = "1.1 google"
    if is_global:
        extra["X-RateLimit-Global"] = "true"
    return _json(body, 429, extra)


class _Cut(web.Response):
    """An answer that nobody receives, because the connection was reset."""


def _cut(request: web.Request, *, reset: bool = False) -> web.Response:
    """Cut the connection; with `reset` by RST, which clients see as ECONNRESET."""
    transport = request.transport
    if transport is not None:
        endpoint = transport.get_extra_info("socket")
        if reset and endpoint is not None:
            linger = struct.pack("ii", 1, 0)
            endpoint.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    return _Cut(status=500)
