"""Which language a person was seen to use, in memory only, so that nothing tells who was here."""

from __future__ import annotations

from collections import OrderedDict

_REMEMBERED = 20_000


class Languages:
    """The locale that each person's Discord had when they last used the bot.

    It is forgotten at every restart: stored, it would be a list of those who asked for help.
    """

    def __init__(self) -> None:
        self._locales: OrderedDict[int, str] = OrderedDict()

    def note(self, person_id: int, locale: str) -> None:
        """Remember it; whoever was not seen for longest is forgotten first."""
        self._locales[person_id] = locale
        self._locales.move_to_end(person_id)
        if len(self._locales) > _REMEMBERED:
            self._locales.popitem(last=False)

    def of(self, person_id: int) -> str | None:
        """The person's locale, or None if they were not seen since the start."""
        return self._locales.get(person_id)
