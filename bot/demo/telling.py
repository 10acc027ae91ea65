"""Tells the demo's story in a terminal: who wrote, who was sent what, and who sees it."""

from __future__ import annotations

import re
from collections.abc import Sized
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.demo.sight import shown
from bot.sandbox import Answer, Message, Person

if TYPE_CHECKING:
    from bot.demo.stage import Stage

_WIDTH = 92
_QUOTED = re.compile(r"(?:\|\|)?```text\n(.*?)\n```(?:\|\|)?", re.DOTALL)


def _as_quotation(match: re.Match[str]) -> str:
    """A code block as lines that a terminal shows closer together."""
    return "\n".join(f"> {line}" for line in match[1].splitlines()) + "\n"


class Teller:
    """Prints what happens as it happens; each private message and alert once, then its changes."""

    def __init__(self, console: Console, stage: Stage) -> None:
        self._console = console
        self._stage = stage
        self._told: dict[int, str] = {}

    def begin(self) -> None:
        """Say what is on the stage."""
        self._say(
            "[bold]NotAlone, the demo.[/] The real bot is connected to a small Discord on this "
            "machine.\nNo account, no network. Everyone below is made up.\n"
        )

    def message(self, message: Message) -> None:
        """Show what someone wrote, and everything that came of it."""
        line = Text.assemble(
            (f"#{message.channel.name}  ", "dim"),
            (message.author.name, "bold cyan"),
            f"  {self._shown(message.content)}",
        )
        self._console.print(line)
        self._consequences()

    def evidence(self, answer: Answer) -> None:
        """Show what the moderator is shown who asks for the evidence."""
        name = self._stage.moderator.name
        self._say(f"\n[bold]{name}[/], a moderator, presses [bold]Show evidence[/].\n")
        self._panel(answer.text, title=f"Evidence · only {name} sees this", style="yellow")

    def deletion(self, message: Message) -> None:
        """Show that the author deleted a message, and what the alert says then."""
        self._say(f"\n[bold cyan]{message.author.name}[/] deletes that message.\n")
        self._consequences()

    def end(self, gathered: dict[str, Any]) -> None:
        """Sum up."""
        evidence = gathered["evidence"]
        chain = "its chain of hashes intact" if evidence["intact"] else "ITS CHAIN NOT INTACT"
        self._say(
            f"\n[bold]What happened:[/] {_counted(gathered['cases'], 'case')}, "
            f"{_counted(gathered['direct_messages'], 'private message')}, "
            f"{_counted(gathered['alerts'], 'alert')}, "
            f"{evidence['items']} pieces of evidence, {chain}.\n"
            f"{self._in_public()} Nobody was accused, nobody exposed."
        )

    def _in_public(self) -> str:
        if self._stage.public_words:
            return "In public the bot wrote only a neutral offer of help, which names nobody."
        return "In public the bot wrote nothing."

    def _consequences(self) -> None:
        stage = self._stage
        for person in stage.people.values():
            for message in person.direct_messages():
                self._new_or_changed(message, self._private_title(person), "green")
        for message in stage.public_words:
            self._new_or_changed(message, f"#{message.channel.name} · everyone sees this", "blue")
        for alert in stage.moderator.sees(stage.alerts):
            if not alert.ephemeral:
                title = f"#{stage.alerts.name} · only moderators see this"
                self._new_or_changed(alert, title, "red")

    def _private_title(self, person: Person) -> str:
        return f"Direct message to {person.name} · nobody else sees this"

    def _new_or_changed(self, message: Message, title: str, style: str) -> None:
        before, now = self._told.get(message.id), message.text
        self._told[message.id] = now
        if before is None:
            buttons = "   ".join(f"[ {label} ]" for label in message.buttons)
            self._panel(f"{now}\n\n{buttons}", title=title, style=style)
        elif before != now:
            fresh = [line for line in now.splitlines() if line not in before]
            self._panel("\n".join(fresh), title=f"{title} · the alert now says", style=style)

    def _panel(self, text: str, *, title: str, style: str) -> None:
        lines = _QUOTED.sub(_as_quotation, self._shown(text)).replace("-# ", "\n")
        body = Markdown(lines.replace("\n", "  \n"))
        panel = Panel(body, title=title, border_style=style, width=_WIDTH)
        self._console.print(Padding(panel, (1, 0)))

    def _say(self, text: str) -> None:
        self._console.print(text, width=_WIDTH, highlight=False)

    def _shown(self, text: str) -> str:
        return shown(text, self._stage.server)


def _counted(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}" if len(things) == 1 else f"{len(things)} {noun}s"
