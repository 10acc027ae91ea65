"""The only module that knows how Discord's REST side fails, and does so on demand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["fail", "limit", "delay", "reset", "lose"]


@dataclass(eq=False)
class Fault:
    """One way of failing for the requests that match.

    It leaves the first `after` matches alone and then strikes `times` times (None: always);
    `struck` counts.
    """

    kind: FaultKind
    method: str | None
    path: re.Pattern[str]
    times: int | None
    after: int
    status: int = 500
    code: int = 0
    message: str = "500: Internal Server Error"
    seconds: float = 0.0
    is_global: bool = False
    via: bool = True
    struck: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Return whether this request is hit, and count it."""
        if self.method not in {None, method} or self.path.search(path) is None:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.struck += 1
        return True


class Faults:
    """The faults in force; `path` is a regular expression searched in the path after /api/v10."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def fail(
        self,
        *,
        method: str | None = None,
        path: str = "",
        status: int = 500,
        code: int = 0,
        message: str | None = None,
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Answer with an error instead of doing anything."""
        text = message or f"{status}: sandbox fault"
        return self._add("fail", method, path, times, after, status=status, code=code, message=text)

    def limit(
        self,
        *,
        method: str | None = None,
        path: str = "",
        retry_after: float = 0.1,
        is_global: bool = False,
        via: bool = True,
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Answer 429; without `via` as Cloudflare's ban does, which discord.py never retries."""
        return self._add(
            "limit", method, path, times, after, seconds=retry_after, is_global=is_global, via=via
        )

    def delay(
        self,
        seconds: float,
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Let the request wait before it is carried out."""
        return self._add("delay", method, path, times, after, seconds=seconds)

    def reset(
        self,
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Reset the connection (RST) without carrying the request out.

        aiohttp itself repeats GET, PUT and DELETE once on a connection that it had kept open.
        """
        return self._add("reset", method, path, times, after)

    def lose_answer(
        self,
        *,
        method: str | None = None,
        path: str = "",
        times: int | None = 1,
        after: int = 0,
    ) -> Fault:
        """Carry the request out, then close the connection, so that the client cannot know."""
        return self._add("lose", method, path, times, after)

    def clear(self) -> None:
        """Let everything work again."""
        self.active.clear()

    def striking(self, method: str, path: str) -> list[Fault]:
        """Return the faults that hit this request, and count them."""
        return [fault for fault in self.active if fault.strikes(method, path)]

    def _add(
        self,
        kind: FaultKind,
        method: str | None,
        path: str,
        times: int | None,
        after: int,
        *,
        status: int = 500,
        code: int = 0,
        message: str = "",
        seconds: float = 0.0,
        is_global: bool = False,
        via: bool = True,
    ) -> Fault:
        fault = Fault(
            kind,
            method,
            re.compile(path),
            times,
            after,
            status=status,
            code=code,
            message=message,
            seconds=seconds,
            is_global=is_global,
            via=via,
        )
        self.active.append(fault)
        return fault
