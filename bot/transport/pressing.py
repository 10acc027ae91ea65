"""How a control is recognised after any restart: by its custom id, in which its meaning stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

import discord


class Recognised:
    """What every `DynamicItem` of this bot has in common; stands before it among the bases."""

    parts: Mapping[str, str]
    """The named groups of the template, as they stand in the custom id."""

    def __init__(self, item: Any) -> None:
        super().__init__(item)  # type: ignore[call-arg]  # the next base is a DynamicItem

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: Any, match: re.Match[str]
    ) -> Self:
        """Called by discord.py when somebody uses the control."""
        found = cls(item)
        found.parts = match.groupdict()
        return found
