"""The only module that knows what ordinary talk is like, and how Discord's gateway tells of it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bot.domain.message import Message, Person, snowflake_time, time_snowflake

_SELDOM_MARK = "~"
_WRITTEN = Path(__file__).with_name("chat.txt").read_text("utf-8").splitlines()
LINES = tuple(line for line in _WRITTEN if not line.startswith(_SELDOM_MARK))
SELDOM = tuple(line[1:] for line in _WRITTEN if line.startswith(_SELDOM_MARK))
"""Lines that look enough like a threat to be judged, as ordinary ones now and then do."""

_SELDOM = 0.004
"""How often such a line is said. Of 20,000 lines each of real IRC and Reddit talk, run through
the detector in their order, 0.3 % and 0.6 % were judged."""


_TAILS = (
    "anyway, how was your day?",
    "but maybe that is just me",
    "or at least i think so",
    "if anyone wants to join, just say so",
    "and now i am hungry again",
    "just saying",
    "what do you all think about it?",
    "haha",
)
_NAMES = ("mika", "ines", "tomasz", "yuki", "amara", "leif", "noor", "petra", "sam", "odile")
_GAMES = ("chess", "tetris", "the new racing one", "minigolf", "that space game")
_THINGS = ("printer", "headset", "mouse", "router", "blender", "charger", "bike")

_WITH_TAIL, _REPLY, _MENTION, _FILE, _NICK = 0.4, 0.12, 0.06, 0.03, 0.2
_STEP = 10 << 22
"""Ten milliseconds between messages, as snowflakes count: a hundred messages a second."""
_FIRST_AUTHOR = 700_000_000_000_000_000
_ROLES = ("690000000000000001", "690000000000000002")


class Place(NamedTuple):
    """A channel, and the server that it is in."""

    guild_id: int
    channel_id: int


class Chat:
    """Ordinary talk in many channels: the same for the same seed, and no line quite like another.

    Few people and few channels do most of the talking, as in every server.
    """

    def __init__(self, places: Sequence[Place], *, authors: int, seed: int = 1) -> None:
        self._places = tuple(places)
        self._authors = authors
        self._random = random.Random(seed)
        self._next = time_snowflake(time.time())
        self._sequence = 1000

    @property
    def newest(self) -> int:
        """The identifier of the latest message."""
        return self._next

    def line(self) -> str:
        """One line of about fifty characters."""
        pick = self._random
        line = pick.choice(SELDOM if pick.random() < _SELDOM else LINES).format(
            n=pick.randint(2, 59),
            who=pick.choice(_NAMES),
            game=pick.choice(_GAMES),
            thing=pick.choice(_THINGS),
        )
        return f"{line} {pick.choice(_TAILS)}" if pick.random() < _WITH_TAIL else line

    def frames(self, count: int) -> list[str]:
        """The next messages as the gateway's text frames."""
        return [self._frame(payload) for payload in self._payloads(count)]

    def messages(self, count: int) -> list[Message]:
        """The next messages as the detector is given them."""
        return [_seen(payload) for payload in self._payloads(count)]

    def _frame(self, payload: dict[str, Any]) -> str:
        self._sequence += 1
        event = {"t": "MESSAGE_CREATE", "s": self._sequence, "op": 0, "d": payload}
        return orjson.dumps(event).decode()

    def _payloads(self, count: int) -> Iterator[dict[str, Any]]:
        return (self._payload() for _ in range(count))

    def _payload(self) -> dict[str, Any]:
        """A MESSAGE_CREATE as Discord sends it today, with its many fields that say nothing."""
        chance = self._random.random
        place = self._places[int(len(self._places) * chance() ** 2)]
        self._next += _STEP
        payload = self._message(self._next, place, self._author())
        payload |= {"guild_id": str(place.guild_id), "channel_type": 0, "member": self._member()}
        if chance() < _REPLY:
            self._make_reply(payload, place)
        if chance() < _MENTION:
            mentioned = self._author()
            payload["content"] = f"<@{mentioned['id']}> {payload['content']}"
            payload["mentions"] = [mentioned | {"member": self._member()}]
        if chance() < _FILE:
            payload["attachments"] = [_picture(self._next + 1, place)]
        return payload

    def _message(self, snowflake: int, place: Place, author: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": 0,
            "tts": False,
            "timestamp": datetime.fromtimestamp(snowflake_time(snowflake), UTC).isoformat(),
            "pinned": False,
            "nonce": str(snowflake - 1),
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "id": str(snowflake),
            "flags": 0,
            "embeds": [],
            "edited_timestamp": None,
            "content": self.line(),
            "components": [],
            "channel_id": str(place.channel_id),
            "author": author,
            "attachments": [],
        }

    def _make_reply(self, payload: dict[str, Any], place: Place) -> None:
        answered = self._message(self._next - _STEP * 50, place, self._author())
        payload["type"] = 19
        payload["referenced_message"] = answered
        payload["message_reference"] = {
            "type": 0,
            "message_id": answered["id"],
            "guild_id": str(place.guild_id),
            "channel_id": str(place.channel_id),
        }

    def _author(self) -> dict[str, Any]:
        number = int(self._authors * self._random.random() ** 2)
        name = f"{_NAMES[number % len(_NAMES)]}{number}"
        return {
            "username": name,
            "public_flags": 0,
            "primary_guild": None,
            "id": str(_FIRST_AUTHOR + number),
            "global_name": name.capitalize(),
            "display_name_styles": None,
            "discriminator": "0",
            "collectibles": None,
            "clan": None,
            "avatar_decoration_data": None,
            "avatar": f"{number:032x}",
        }

    def _member(self) -> dict[str, Any]:
        return {
            "roles": list(_ROLES),
            "premium_since": None,
            "pending": False,
            "nick": self._random.choice(_NAMES) if self._random.random() < _NICK else None,
            "mute": False,
            "joined_at": "2024-05-04T19:27:11.273000+00:00",
            "flags": 0,
            "deaf": False,
            "communication_disabled_until": None,
            "banner": None,
            "avatar": None,
        }


def _picture(snowflake: int, place: Place) -> dict[str, Any]:
    address = f"attachments/{place.channel_id}/{snowflake}/photo.jpg"
    return {
        "width": 1200,
        "url": f"https://cdn.example.invalid/{address}",
        "size": 184_221,
        "proxy_url": f"https://media.example.invalid/{address}",
        "placeholder_version": 1,
        "placeholder": "GQgKDQKXiHh/d4h3eIiHd3iIeA==",
        "id": str(snowflake),
        "height": 900,
        "filename": "photo.jpg",
        "content_type": "image/jpeg",
        "content_scan_version": 2,
    }


def _seen(payload: dict[str, Any]) -> Message:
    author = payload["author"]
    return Message(
        int(payload["id"]),
        int(payload["channel_id"]),
        Person(int(author["id"]), author["global_name"]),
        payload["content"],
        snowflake_time(int(payload["id"])),
        int(payload["guild_id"]),
    )
