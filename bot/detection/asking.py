"""The only module that knows when the learned judge is asked."""

from __future__ import annotations

from collections.abc import Mapping

from bot.detection.closely import Closely
from bot.detection.learned import LearnedJudge

_REMEMBERED_SCORES = 20_000


class Asking:
    """Says of which messages `judge` is asked; `places` are the bits of the concepts."""

    def __init__(self, judge: LearnedJudge, places: Mapping[str, int]) -> None:
        self._judge = judge
        asked = judge.header["asked"]
        self._limit, self._limit_last = int(asked["alone"]), int(asked["last"])
        self._limit_together = int(asked["together"])
        self._glance_counts, self._glance_most = int(asked["glance"]), int(asked["most"])
        self._glanced = ("", 0.0)
        self._weights = {
            1 << places[concept]: weight
            for concept, weight in judge.gate.items()
            if concept in places
        }
        self._weighed = sum(self._weights)
        self._weightiest = sorted(self._weights, key=lambda bit: -self._weights[bit])
        self._scores: dict[int, int] = {}

    def forget(self) -> None:
        """Forget the last text."""
        self._glanced = ("", 0.0)

    def asked(self, here: int, said: int = 0, *, text: str | None = None) -> bool:
        """Whether a message with the bits `here` after one's `said` is worth an opinion.

        Its concepts must weigh enough, together with a glance at its words if `text` is known; or
        less, where they do so with those of what was said.
        """
        return self.alone(here, text) or self.together(here, said, text)

    def confirmed(self, here: Closely, said: int, text: str) -> bool:
        """The same by the concepts that do stand in `text`; the weightiest are asked first."""
        if self._weighed & here.unasked:
            here.widen()
        if not self.asked(here.bits, said, text=text):
            return False
        return all(
            here.holds(bit) or self.asked(here.bits, said, text=text)
            for bit in self._weightiest
            if here.bits & bit
        )

    def alone(self, here: int, text: str | None) -> bool:
        """Whether a message is worth an opinion by itself."""
        missing = self._limit - self._score(here)
        return missing <= self._glance_most and (text is None or missing <= self._glance(text))

    def together(self, here: int, said: int, text: str | None) -> bool:
        """Whether it could end what was begun before it: it must say some of it itself."""
        if not said or self._score(here | said) < self._limit_together:
            return False
        missing = self._limit_last - self._score(here)
        return missing <= self._glance_most and (text is None or missing <= self._glance(text))

    def _glance(self, text: str) -> float:
        """What the words of `text` weigh; asked several times about the same one."""
        glanced, weight = self._glanced
        if glanced != text:
            weight = self._judge.weigh(text) * self._glance_counts
            weight = min(weight, self._glance_most)
            self._glanced = (text, weight)
        return weight

    def _score(self, bits: int) -> int:
        known = self._scores.get(bits)
        if known is None:
            if len(self._scores) >= _REMEMBERED_SCORES:
                self._scores.clear()
            known, left = 0, bits & self._weighed
            while left:
                lowest = left & -left
                left ^= lowest
                known += self._weights[lowest]
            self._scores[bits] = known
        return known
