"""Which choices hold for which server: the configuration's, and on top what the server stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.domain.policy import Policy
from bot.services.choices import Choices, PolicySettings, layered, usable


class Policies:
    """Three layers: the operator's defaults, what config.yaml says of a server, what is stored.

    The stored layer is put in by whoever reads the database; until then the other two hold.
    """

    def __init__(self, default: PolicySettings, servers: Mapping[int, PolicySettings]) -> None:
        self._default = default
        self._servers = dict(servers)
        self._stored: dict[int, Choices] = {}
        self._faults: dict[int, tuple[str, ...]] = {}
        self._settings: dict[int, PolicySettings] = {}
        self._policies = {guild_id: settings.policy() for guild_id, settings in servers.items()}
        self._default_policy = default.policy()
        self._known = asyncio.Event()

    def of(self, guild_id: int) -> Policy:
        """The policy of one server."""
        return self._policies.get(guild_id, self._default_policy)

    def settings(self, guild_id: int) -> PolicySettings:
        """The same as settings, with every layer in it."""
        return self._settings.get(guild_id) or self.written(guild_id)

    def written(self, guild_id: int) -> PolicySettings:
        """What the configuration alone says of a server."""
        return self._servers.get(guild_id, self._default)

    def stored(self, guild_id: int) -> Choices:
        """What the server chose itself, as far as it can be used."""
        return self._stored.get(guild_id, {})

    def faults(self, guild_id: int) -> tuple[str, ...]:
        """Why some of what is stored cannot be used, each with its key."""
        return self._faults.get(guild_id, ())

    def put(self, guild_id: int, stored: Choices) -> None:
        """Let what a server stored hold from now on. What cannot be used is left out."""
        base = self.written(guild_id)
        kept, problems = usable(stored, base)
        settings = layered(base, kept)
        self._stored[guild_id], self._faults[guild_id] = kept, tuple(problems)
        self._settings[guild_id], self._policies[guild_id] = settings, settings.policy()

    @property
    def are_known(self) -> bool:
        """Whether the stored layer was read; before that, config.yaml alone holds."""
        return self._known.is_set()

    def become_known(self) -> None:
        """Say that the stored layer was read."""
        self._known.set()

    async def known(self) -> None:
        """Wait until the stored layer was read."""
        await self._known.wait()
