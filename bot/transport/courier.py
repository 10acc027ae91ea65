"""Carries a delivery to Discord, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
import discord
import structlog

from bot.advice import Language, Texts
from bot.domain.case import CaseView
from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    NoticeReason,
    Outcome,
    Postponed,
    Refused,
)
from bot.services.policies import Policies
from bot.transport import layouts
from bot.transport.inspection import why_not
from bot.transport.languages import Languages
from bot.transport.places import alert_channel, obstacle, role
from bot.transport.wording import name

_log = structlog.get_logger(__name__)

_OPENING_TOO_FAST = 40003
_QUARANTINED = 20026
_UNKNOWN_CHANNEL = 10003
_BREAKS = {_OPENING_TOO_FAST: 600.0, _QUARANTINED: 6 * 3600.0}
"""Seconds for which no direct message is opened after Discord said so, by its error code."""
_SEARCHED = 100
_ALIKE = (DeliveryKind.OFFER, DeliveryKind.NOTICE)
"""Kinds whose messages to one place are worth the same, whichever delivery they came from."""
_CLOCKS_APART = timedelta(minutes=1)
_SERVER_ERROR = 500


class _Parcel(NamedTuple):
    """A message as discord.py sends it."""

    where: discord.abc.Messageable
    content: str | None
    view: discord.ui.View | discord.ui.LayoutView | None
    mentions: discord.AllowedMentions


class _UndeliverableError(Exception):
    """It cannot be sent, or not now; found out without asking Discord."""

    def __init__(self, outcome: Refused | Postponed) -> None:
        self.outcome = outcome
        super().__init__(outcome.explanation)


class DiscordCourier:
    """Sends by the bot's own client. Every message is bare of pings, embeds and files."""

    def __init__(
        self,
        client: discord.Client,
        texts: Texts,
        policies: Policies,
        *,
        titles: Mapping[str, str],
        languages: Languages,
    ) -> None:
        self._client = client
        self._texts = texts
        self._policies = policies
        self._titles = titles
        self._languages = languages

    async def send(self, delivery: Delivery, view: CaseView | None) -> Outcome:
        """Send it, or edit what was sent. Every answer and every failure is an outcome."""
        try:
            parcel = await self._pack(delivery, view)
            message = await self._hand_over(parcel, delivery)
        except _UndeliverableError as error:
            return error.outcome
        except discord.RateLimited as error:
            return Postponed("rate_limited", seconds=error.retry_after)
        except discord.HTTPException as error:
            return _refusal(error)
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            return Postponed(type(error).__name__, uncertain=True)
        except RuntimeError:
            if not self._client.is_closed():
                raise
            return Postponed("shutting_down", uncertain=True)
        return Delivered(channel_id=message.channel.id, message_id=message.id)

    async def _pack(self, delivery: Delivery, view: CaseView | None) -> _Parcel:
        guild = self._client.get_guild(delivery.guild_id)
        if guild is None and self._client.is_ready():
            raise _UndeliverableError(Refused(_UNKNOWN_CHANNEL, "server_left"))
        if guild is None or guild.unavailable:
            # not announced yet after a start, or gone for a while: Discord has an outage
            raise _UndeliverableError(Postponed("server_unavailable"))
        language = self._texts.get(str(guild.preferred_locale))
        if delivery.kind is DeliveryKind.ADVICE:
            own = self._languages.of(delivery.recipient_id or 0)
            return await self._pack_advice(
                delivery, guild, self._texts.get(own) if own else language
            )
        if delivery.kind is DeliveryKind.OFFER:
            return self._pack_offer(delivery, guild, language)
        if delivery.kind is DeliveryKind.NOTICE:
            return await self._pack_notice(delivery, guild, language)
        if view is None:
            raise _UndeliverableError(Refused(0, "case_gone"))
        return self._pack_alert(delivery, view, guild, language)

    async def _pack_advice(
        self, delivery: Delivery, guild: discord.Guild, language: Language
    ) -> _Parcel:
        person = await self._client.create_dm(discord.Object(delivery.recipient_id or 0))
        text, buttons = layouts.advice(language, server=guild.name, token=delivery.token)
        return _Parcel(person, text, buttons, discord.AllowedMentions.none())

    def _pack_offer(self, delivery: Delivery, guild: discord.Guild, language: Language) -> _Parcel:
        channel = guild.get_channel_or_thread(delivery.channel_id or 0)
        if not isinstance(channel, discord.abc.Messageable):
            raise _UndeliverableError(Refused(_UNKNOWN_CHANNEL, "channel_gone"))
        text, buttons = layouts.offer(language)
        return _Parcel(channel, text, buttons, discord.AllowedMentions.none())

    async def _pack_notice(
        self, delivery: Delivery, guild: discord.Guild, language: Language
    ) -> _Parcel:
        owner = await self._client.create_dm(discord.Object(guild.owner_id or 0))
        reason = NoticeReason(delivery.subject or "")
        policy = self._policies.of(guild.id)
        if reason is NoticeReason.ALERTS_FAIL:
            text = language.text(
                "owner.alerts_fail",
                server=name(guild.name, limit=80),
                channel=name(policy.alert_channel, limit=80),
            )
        else:
            text = why_not(language, guild, policy, reason)
        return _Parcel(owner, text, None, discord.AllowedMentions.none())

    def _pack_alert(
        self, delivery: Delivery, view: CaseView, guild: discord.Guild, language: Language
    ) -> _Parcel:
        policy = self._policies.of(guild.id)
        channel = alert_channel(guild, policy)
        if channel is None:
            raise _UndeliverableError(Refused(_UNKNOWN_CHANNEL, "alert_channel_gone"))
        if obstacle(guild, policy) is NoticeReason.PUBLIC_ALERT_CHANNEL:
            raise _UndeliverableError(Refused(0, "alert_channel_public"))
        wanted = policy.ping_role if view.level >= policy.ping_from else None
        called = role(guild, wanted) if wanted else None
        layout = layouts.alert(
            language,
            view,
            token=delivery.token,
            titles=self._titles,
            ping=called.id if called else None,
        )
        mentions = discord.AllowedMentions(
            everyone=False, users=False, replied_user=False, roles=[called] if called else False
        )
        return _Parcel(channel, None, layout, mentions)

    async def _hand_over(self, parcel: _Parcel, delivery: Delivery) -> discord.Message:
        """Bring up to date what stands there already, or post it."""
        is_alert = delivery.kind is DeliveryKind.ALERT
        if is_alert and delivery.message_id is not None:
            edited = await _edit(parcel, delivery.message_id)
            if edited is not None:
                return edited
        if delivery.uncertain:
            found = await self._find(parcel, delivery)
            if found is not None:
                _log.info("already_delivered", id=delivery.id)
                return (is_alert and await _edit(parcel, found.id)) or found
        return await _post(parcel, delivery)

    async def _find(self, parcel: _Parcel, delivery: Delivery) -> discord.Message | None:
        """The message of an attempt whose answer was lost.

        Its buttons tell, or where they bear no token, its words: as good as those to be sent.
        """
        since = delivery.created_at - _CLOCKS_APART
        own = self._client.user
        async for message in parcel.where.history(limit=_SEARCHED, after=since, oldest_first=False):
            if message.author != own:
                continue
            if any(delivery.token in i for i in _custom_ids(message.components)):
                return message
            if delivery.kind in _ALIKE and message.content == parcel.content:
                return message
        return None


async def _post(parcel: _Parcel, delivery: Delivery) -> discord.Message:
    arguments: dict[str, Any] = {"view": parcel.view} if parcel.view else {}
    if parcel.content is not None:
        arguments |= {"content": parcel.content, "suppress_embeds": True}
    again = delivery.revision if delivery.message_id is not None else ""
    return await parcel.where.send(
        nonce=f"{delivery.token}{again}", allowed_mentions=parcel.mentions, **arguments
    )


async def _edit(parcel: _Parcel, message_id: int) -> discord.Message | None:
    """Bring the message up to date; None when someone deleted it."""
    channel = parcel.where
    assert isinstance(channel, discord.TextChannel)
    message = channel.get_partial_message(message_id)
    try:
        return await message.edit(view=parcel.view, allowed_mentions=discord.AllowedMentions.none())
    except discord.NotFound as error:
        if error.code == _UNKNOWN_CHANNEL:
            raise
        return None


def _custom_ids(components: Any) -> list[str]:
    found: list[str] = []
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id:
            found.append(custom_id)
        found.extend(_custom_ids(getattr(component, "children", ())))
    return found


def _refusal(error: discord.HTTPException) -> Outcome:
    """What Discord's answer means for the delivery."""
    if error.code in _BREAKS:
        return Postponed("opening_stopped", seconds=_BREAKS[error.code], breaker=True)
    if error.status >= _SERVER_ERROR:
        return Postponed(f"http_{error.status}", uncertain=True)
    if error.status == 429:  # noqa: PLR2004 - Too Many Requests
        return Postponed("rate_limited")
    return Refused(error.code, f"http_{error.status}")
