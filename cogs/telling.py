"""What a person does with a message that they showed: keep it, tell moderators, go back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.client import NotAlone, Parts
from bot.domain.message import Person
from bot.services.guidance import Look
from bot.services.telling import Told
from bot.storage import StoreUnavailableError
from bot.transport import help_views, telling_views
from bot.transport.answering import Page, fill, language_of, prepare, show
from bot.transport.places import reads_alerts
from bot.transport.pressing import Recognised
from bot.transport.wording import name

_Interaction = discord.Interaction[Any]

_KEPT = {
    Told.DONE: ("keep.done", "keep.nobody_told"),
    Told.SHARED: ("keep.done",),
    Told.FULL: ("keep.full",),
}
_TOKEN = r"(?P<token>[kt][0-9a-f]{16})"  # noqa: S105 - a pattern


def page_of(interaction: _Interaction, look: Look, token: str) -> Page:
    """What a message looks like, for the person who asks or pressed."""
    return help_views.message(
        language_of(interaction),
        _parts(interaction).resources,
        look,
        token,
        person_id=interaction.user.id,
        country=help_views.country_of(interaction.locale),
    )


class OfMessage(Recognised):
    """A control that belongs to a message which the person showed."""

    async def callback(self, interaction: _Interaction) -> None:
        """Do it, if the message is still in mind."""
        look = _parts(interaction).guidance.recall(
            self.parts["token"], person_id=interaction.user.id
        )
        if look is None:
            await show(interaction, help_views.steps_after(language_of(interaction), "keep.gone"))
            return
        await self.on_message_shown(interaction, look)

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """What the control does with the message."""
        raise NotImplementedError


class BackButton(
    OfMessage, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"na:msg:back:{_TOKEN}"
):
    """*Go back*: what the message looked like, once more."""

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """Show that page."""
        await show(interaction, page_of(interaction, look, self.parts["token"]))


class KeepButton(
    OfMessage, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"na:msg:keep:{_TOKEN}"
):
    """*Keep this as evidence*: for the person alone."""

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """Keep it; the advice stays where it is."""
        language = language_of(interaction)
        await interaction.response.defer(ephemeral=True)
        try:
            kept = await _parts(interaction).telling.keep(look, person_id=interaction.user.id)
            keys = _KEPT[kept]
        except StoreUnavailableError:
            keys = ("error.try_later",)
        page = help_views.said(language, *keys)
        await interaction.followup.send(page.text, view=page.view, ephemeral=True)


class TellButton(
    OfMessage, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"na:msg:tell:{_TOKEN}"
):
    """*Tell the moderators of …*: asks which ones."""

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """Show the servers that the person and the bot share, and whose moderators can be told."""
        await prepare(interaction)
        shared = await _parts(interaction).membership.shared(
            interaction.user.id, _parts(interaction).watch.armed
        )
        servers = await _unread_by_author(interaction, look, shared)
        page = telling_views.choose_server(
            language_of(interaction),
            servers,
            self.parts["token"],
            left_out=len(servers) < len(shared),
        )
        await fill(interaction, page)


class ServerMenu(
    OfMessage, discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"na:msg:server:{_TOKEN}"
):
    """The server that was chosen; nothing is sent yet."""

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """Show what its moderators would get."""
        server = interaction.client.get_guild(int(self.item.values[0]))
        language, token = language_of(interaction), self.parts["token"]
        if server is None:
            await show(interaction, telling_views.choose_server(language, [], token))
            return
        page = telling_views.preview(
            language, look.message, server=server, person=_person(interaction), token=token
        )
        await show(interaction, page)


class SendButton(
    OfMessage,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"na:msg:send:{_TOKEN}:(?P<server>\d+)",
):
    """*Yes, send it*: the consent."""

    async def on_message_shown(self, interaction: _Interaction, look: Look) -> None:
        """Tell the moderators, if the person is in that server, and the author reads nothing there.

        Discord is asked anew.
        """
        await prepare(interaction)
        language, parts = language_of(interaction), _parts(interaction)
        wanted = {int(self.parts["server"])} & parts.watch.armed
        shared = await parts.membership.shared(interaction.user.id, wanted, anew=True)
        servers = await _unread_by_author(interaction, look, shared, anew=True)
        if servers:
            page = await self._tell(interaction, look, servers[0])
        else:
            token, left_out = self.parts["token"], bool(shared)
            page = telling_views.choose_server(language, [], token, left_out=left_out)
        await fill(interaction, page)

    async def _tell(self, interaction: _Interaction, look: Look, server: discord.Guild) -> Page:
        language, token = language_of(interaction), self.parts["token"]
        person, telling = _person(interaction), _parts(interaction).telling
        try:
            told = await telling.tell(look, person=person, guild_id=server.id)
        except (StoreUnavailableError, LookupError):
            again = telling_views.preview(
                language, look.message, server=server, person=person, token=token
            )
            return Page(f"{language.text('error.try_later')}\n\n{again.text}", again.view)
        if told is Told.NO_ACCUSATION:
            return page_of(interaction, look, token)
        if told is Told.DONE:
            return help_views.told(language, token, "tell.sent", server=name(server.name))
        return help_views.told(language, token, "tell.too_many")


async def _unread_by_author(
    interaction: _Interaction, look: Look, servers: Sequence[discord.Guild], *, anew: bool = False
) -> list[discord.Guild]:
    """Those where whoever wrote the message surely cannot read what moderators are told."""
    parts = _parts(interaction)
    authors = await parts.membership.members(
        look.message.author.id, [server.id for server in servers], anew=anew
    )

    def is_read(server: discord.Guild) -> bool:
        author = authors[server]
        return author is not None and reads_alerts(author, parts.policies.of(server.id))

    return [server for server in servers if server in authors and not is_read(server)]


def _person(interaction: _Interaction) -> Person:
    return Person(interaction.user.id, interaction.user.display_name)


def _parts(interaction: _Interaction) -> Parts:
    parts: Parts = interaction.client.parts
    return parts


async def setup(bot: NotAlone) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(BackButton, KeepButton, TellButton, ServerMenu, SendButton)
