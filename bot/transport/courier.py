"""Carries a delivery to Discord, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import aiohttp
import discord
import structlog

from bot.advice import Language, Texts
from bot.domain.assessment import Level
from bot.domain.case import CaseView
from bot.domain.delivery import (
    Delivered,
    Delivery,
    DeliveryKind,
    NoticeReason,
    Outcome,
    Postponed,
)
from bot.domain.review import Digest, Reminder
from bot.services.policies import Policies
from bot.services.reviews import Shown
from bot.transport import case_threads, layouts, reviews
from bot.transport.choices_here import choices_gone
from bot.transport.inspection import why_not
from bot.transport.languages import Languages, read_by
from bot.transport.outcomes import UNKNOWN_CHANNEL, NotYetError, UndeliverableError, refusal
from bot.transport.places import alert_channel, is_moderator, is_public, role
from bot.transport.wording import name

_log = structlog.get_logger(__name__)

_SEARCHED = 100
_NOT_HERE = 5.0
"""Seconds after which it is looked again whether Discord announced the server."""
_ALIKE = (DeliveryKind.OFFER, DeliveryKind.NOTICE)
"""Kinds whose messages to one place are worth the same, whichever delivery they came from."""
_CLOCKS_APART = timedelta(minutes=1)


class Parcel(NamedTuple):
    """A message as discord.py sends it."""

    where: discord.abc.Messageable
    content: str | None
    view: discord.ui.View | discord.ui.LayoutView | None
    mentions: discord.AllowedMentions
    renews: bool = True
    """Whether it is posted again when somebody deleted what stood there."""


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

    async def send(self, delivery: Delivery, view: Shown) -> Outcome:  # noqa: PLR0911 - each is one
        """Send it, or edit what was sent. Every answer and every failure is an outcome."""
        try:
            return await self._carry(delivery, view)
        except UndeliverableError as error:
            return error.refusal
        except NotYetError:
            return Postponed("server_not_here", seconds=_NOT_HERE, tried=False)
        except discord.RateLimited as error:
            return Postponed("rate_limited", seconds=error.retry_after, tried=False)
        except discord.HTTPException as error:
            return refusal(error)
        except (OSError, TimeoutError, aiohttp.ClientError) as error:
            return Postponed(type(error).__name__, uncertain=True)
        except RuntimeError:
            if not self._client.is_closed():
                raise
            return Postponed("shutting_down", uncertain=True)

    async def _carry(self, delivery: Delivery, view: Shown) -> Outcome:
        guild = self._client.get_guild(delivery.guild_id)
        if guild is None and self._client.is_ready():
            raise UndeliverableError(UNKNOWN_CHANNEL, "server_left")
        if guild is None or guild.unavailable:
            raise NotYetError
        if delivery.kind is DeliveryKind.TIMEOUT:
            return await self._time_out(delivery, guild)
        if delivery.kind is DeliveryKind.THREAD:
            return await self._keep_thread(delivery, view, guild)
        parcel = await self._pack(delivery, view, guild)
        message = await self._hand_over(parcel, delivery)
        return Delivered(channel_id=message.channel.id, message_id=message.id)

    async def _time_out(self, delivery: Delivery, guild: discord.Guild) -> Delivered:
        """What the server chose for level urgent; never of a moderator."""
        member = await guild.fetch_member(delivery.recipient_id or 0)
        if is_moderator(member, self._policies.of(guild.id)):
            raise UndeliverableError(0, "is_moderator")
        hours = timedelta(hours=int(delivery.subject or 1))
        await member.timeout(hours, reason=f"NotAlone case {delivery.case_id}, automatic")
        return Delivered(channel_id=None, message_id=None)

    async def _keep_thread(self, delivery: Delivery, view: Shown, guild: discord.Guild) -> Outcome:
        if not isinstance(view, CaseView):
            raise UndeliverableError(0, "case_gone")
        language = self._language(guild)
        look = layouts.alert(language, view, token=delivery.token, titles=self._titles, ping=None)
        policy = self._policies.of(guild.id)
        return await case_threads.carry(
            delivery, view, look, guild=guild, policy=policy, language=language
        )

    async def _pack(self, delivery: Delivery, view: Shown, guild: discord.Guild) -> Parcel:
        language = self._language(guild)
        if delivery.kind is DeliveryKind.ADVICE:
            own = self._languages.of(delivery.recipient_id or 0)
            urgent = isinstance(view, CaseView) and view.level is Level.URGENT
            language = read_by(self._texts, own, language)
            return await self.pack_advice(delivery, guild, language, urgent=urgent)
        if delivery.kind is DeliveryKind.OFFER:
            return self.pack_offer(delivery, guild, language)
        if delivery.kind is DeliveryKind.NOTICE:
            return await self._pack_notice(delivery, guild, language)
        if isinstance(view, Reminder | Digest):
            return self._pack_review(delivery, view, guild, language)
        if view is None:
            raise UndeliverableError(0, "case_gone")
        return self._pack_alert(delivery, view, guild, language)

    def _language(self, guild: discord.Guild) -> Language:
        chosen = self._policies.of(guild.id).language
        return self._texts.get(chosen or str(guild.preferred_locale))

    async def pack_advice(
        self, delivery: Delivery, guild: discord.Guild, language: Language, *, urgent: bool
    ) -> Parcel:
        """The advice, addressed to its person; `urgent` where somebody may be in danger."""
        person = await self._client.create_dm(discord.Object(delivery.recipient_id or 0))
        text, buttons = layouts.advice(
            language, server=guild.name, token=delivery.token, urgent=urgent
        )
        return Parcel(person, text, buttons, discord.AllowedMentions.none())

    def pack_offer(self, delivery: Delivery, guild: discord.Guild, language: Language) -> Parcel:
        """The offer of private help, addressed to its channel."""
        channel = guild.get_channel_or_thread(delivery.channel_id or 0)
        if not isinstance(channel, discord.abc.Messageable):
            raise UndeliverableError(UNKNOWN_CHANNEL, "channel_gone")
        text, buttons = layouts.offer(language)
        return Parcel(channel, text, buttons, discord.AllowedMentions.none())

    async def _pack_notice(
        self, delivery: Delivery, guild: discord.Guild, language: Language
    ) -> Parcel:
        owner = await self._client.create_dm(discord.Object(guild.owner_id or 0))
        reason = NoticeReason(delivery.subject or "")
        policy = self._policies.of(guild.id)
        if reason is NoticeReason.ALERTS_FAIL:
            channel = alert_channel(guild, policy)
            text = language.text(
                "owner.alerts_fail",
                server=name(guild.name, limit=80),
                channel=name(channel.name if channel else policy.alert_channel, limit=80),
            )
        elif reason is NoticeReason.CHOICE_GONE:
            text = choices_gone(language, guild, self._policies.settings(guild.id))
        else:
            text = why_not(language, guild, policy, reason)
        return Parcel(owner, text, None, discord.AllowedMentions.none())

    def _pack_alert(
        self, delivery: Delivery, view: CaseView, guild: discord.Guild, language: Language
    ) -> Parcel:
        policy = self._policies.of(guild.id)
        channel = self.moderators_of(guild)
        if _is_superseded(delivery, view):
            layout = layouts.superseded(language, view)
            return Parcel(channel, None, layout, discord.AllowedMentions.none(), renews=False)
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
        return Parcel(channel, None, layout, mentions)

    def _pack_review(
        self, delivery: Delivery, view: Reminder | Digest, guild: discord.Guild, language: Language
    ) -> Parcel:
        if isinstance(view, Reminder):
            text, buttons = reviews.reminder(language, view, delivery.token)
        else:
            text, buttons = reviews.digest(language, view, delivery.token, self._titles)
        channel = self.moderators_of(guild)
        return Parcel(channel, text, buttons, discord.AllowedMentions.none())

    def moderators_of(self, guild: discord.Guild) -> discord.TextChannel:
        """Where only moderators read. Raises UndeliverableError while there is no such place."""
        channel = alert_channel(guild, self._policies.of(guild.id))
        if channel is None:
            raise UndeliverableError(UNKNOWN_CHANNEL, "alert_channel_gone")
        if is_public(channel):
            raise UndeliverableError(0, "alert_channel_public")
        return channel

    async def _hand_over(
        self, parcel: Parcel, delivery: Delivery
    ) -> discord.Message | discord.PartialMessage:
        """Bring up to date what stands there already, or post it."""
        is_alert = delivery.kind is DeliveryKind.ALERT
        if is_alert and delivery.message_id is not None:
            edited = await _edit(parcel, delivery.message_id)
            if edited is not None or not parcel.renews:
                return edited or _partial(parcel, delivery.message_id)
        if delivery.uncertain:
            found = await self._find(parcel, delivery)
            if found is not None:
                _log.info("already_delivered", id=delivery.id)
                return (is_alert and await _edit(parcel, found.id)) or found
        return await _post(parcel, delivery)

    async def _find(self, parcel: Parcel, delivery: Delivery) -> discord.Message | None:
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


async def _post(parcel: Parcel, delivery: Delivery) -> discord.Message:
    arguments: dict[str, Any] = {"view": parcel.view} if parcel.view else {}
    if parcel.content is not None:
        arguments |= {"content": parcel.content, "suppress_embeds": True}
    again = delivery.revision if delivery.message_id is not None else ""
    return await parcel.where.send(
        nonce=f"{delivery.token}{again}", allowed_mentions=parcel.mentions, **arguments
    )


async def _edit(parcel: Parcel, message_id: int) -> discord.Message | None:
    """Bring the message up to date; None when someone deleted it."""
    try:
        return await _partial(parcel, message_id).edit(
            view=parcel.view, allowed_mentions=discord.AllowedMentions.none()
        )
    except discord.NotFound as error:
        if error.code == UNKNOWN_CHANNEL:
            raise
        return None


def _partial(parcel: Parcel, message_id: int) -> discord.PartialMessage:
    assert isinstance(parcel.where, discord.TextChannel)
    return parcel.where.get_partial_message(message_id)


def _is_superseded(delivery: Delivery, view: CaseView) -> bool:
    """Whether this is an alert that was posted, and the case has a newer one."""
    posted = delivery.message_id
    return posted is not None and view.newest_alert is not None and posted != view.newest_alert[1]


def _custom_ids(components: Any) -> list[str]:
    found: list[str] = []
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id:
            found.append(custom_id)
        found.extend(_custom_ids(getattr(component, "children", ())))
    return found
