"""Which choices hold for which server."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.policy import Policy


class Policies:
    """The operator's defaults, and what is different in single servers."""

    def __init__(self, default: Policy, servers: Mapping[int, Policy]) -> None:
        self._default = default
        self._servers = dict(servers)

    def of(self, guild_id: int) -> Policy:
        """The policy of one server."""
        return self._servers.get(guild_id, self._default)
