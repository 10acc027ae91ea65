"""Carries a delivery to Discord, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

import aiohttp
import discord
import structlog

from bot.advice import Language, Texts
from bot.domain.assessment import Level
from bot.domain.case import CaseState, CaseView
from bot.domain.delivery import (
    ALERT_CHANNEL_PUBLIC,
    Delivered,
    Delivery,
    DeliveryKind,
    NoticeReason,
    Outcome,
    Postponed,
)
from bot.domain.measure import LONGEST_TIMEOUT_HOURS
from bot.domain.review import Digest, Reminder
from bot.services.policies import Policies
from bot.services.reviews import Shown
from bot.transport import case_threads, layouts, parcels, posted, reviews
from bot.transport.choices_here import choices_gone
from bot.transport.inspection import why_not
from bot.transport.languages import Languages, read_by
from bot.transport.outcomes import UNKNOWN_CHANNEL, NotYetError, UndeliverableError, refusal
from bot.transport.parcels import Parcel
from bot.transport.places import alert_channel, is_moderator, is_public, role
from bot.transport.wording import name

_log = structlog.get_logger(__name__)

_OF_CASES = (DeliveryKind.ALERT, DeliveryKind.THREAD)
_NOT_HERE = 5.0
"""Seconds after which it is looked again whether Discord announced the server."""
_LONGEST_TIMEOUT = timedelta(hours=LONGEST_TIMEOUT_HOURS) - timedelta(minutes=1)
"""Discord's clock may be behind."""


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
        if isinstance(view, CaseView) and delivery.kind is DeliveryKind.ALERT:
            return await self._keep_alert(delivery, view, guild)
        if isinstance(view, CaseView) and delivery.kind is DeliveryKind.THREAD:
            return await self._keep_thread(delivery, view, guild)
        if delivery.case_id is None and delivery.kind in _OF_CASES:
            return await self._take_back(delivery, guild)
        parcel = await self._pack(delivery, view, guild)
        message = await self._hand_over(parcel, delivery)
        return Delivered(channel_id=message.channel.id, message_id=message.id)

    async def _time_out(self, delivery: Delivery, guild: discord.Guild) -> Delivered:
        """What the server chose for level urgent; never of a moderator."""
        member = await guild.fetch_member(delivery.recipient_id or 0)
        if is_moderator(member, self._policies.of(guild.id)):
            raise UndeliverableError(0, "is_moderator")
        hours = min(timedelta(hours=int(delivery.subject or 1)), _LONGEST_TIMEOUT)
        await member.timeout(hours, reason=f"NotAlone case {delivery.case_id}, automatic")
        return Delivered(channel_id=None, message_id=None)

    async def _keep_alert(
        self, delivery: Delivery, view: CaseView, guild: discord.Guild
    ) -> Delivered:
        """Bring up to date what stands there already, wherever that is, or post it."""
        language = self._language(guild)
        stands = await posted.of(guild, delivery)
        before = Delivered(delivery.channel_id, delivery.message_id)
        if _is_superseded(delivery, view):
            if stands is not None:
                await stands.becomes(layouts.superseded(language, view))
            return before
        called = self._called(view, guild)
        look = layouts.alert(
            language,
            view,
            token=delivery.token,
            titles=self._titles,
            ping=called.id if called else None,
        )
        place, here = await posted.home(
            partial(self.moderators_of, guild),
            stands,
            look=look,
            instead=layouts.withdrawn(language, view.id),
        )
        if stands != here and view.progress.state is CaseState.RESOLVED:
            return before  # nothing waits there for anybody
        message = await here.becomes(look) if here is not None else None
        if message is None:
            is_first = delivery.message_id is None
            parcel = Parcel(place, None, look, _mentions(called if is_first else None))
            message = await self._hand_over(parcel, delivery)
            if delivery.uncertain:
                await posted.Posted(place, message.id).becomes(look)
        return Delivered(channel_id=message.channel.id, message_id=message.id)

    def _called(self, view: CaseView, guild: discord.Guild) -> discord.Role | None:
        """The role that is to look at the case, as long as nobody has it."""
        policy = self._policies.of(guild.id)
        is_waiting = view.progress.state in (CaseState.OPEN, CaseState.REOPENED)
        is_grave = view.level >= policy.ping_from
        return role(guild, policy.ping_role) if is_waiting and is_grave else None

    async def _keep_thread(
        self, delivery: Delivery, view: CaseView, guild: discord.Guild
    ) -> Outcome:
        language = self._language(guild)
        look = layouts.alert(language, view, token=delivery.token, titles=self._titles, ping=None)
        policy = self._policies.of(guild.id)
        return await case_threads.carry(
            delivery, view, look, guild=guild, policy=policy, language=language
        )

    async def _take_back(self, delivery: Delivery, guild: discord.Guild) -> Delivered:
        """Have what was posted of a case that was deleted say nothing anymore."""
        stands = await posted.of(guild, delivery)
        if stands is not None:
            await stands.withdrawn(layouts.deleted(self._language(guild)))
        return Delivered(delivery.channel_id, delivery.message_id)

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
        raise UndeliverableError(0, "case_gone")

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
            raise UndeliverableError(0, ALERT_CHANNEL_PUBLIC)
        return channel

    async def _hand_over(self, parcel: Parcel, delivery: Delivery) -> discord.Message:
        """Post it, unless an attempt whose answer was lost did."""
        found = await parcels.lost(parcel, delivery, self._client.user)
        if found is None:
            return await parcels.post(parcel, delivery)
        _log.info("already_delivered", id=delivery.id)
        return found


def _is_superseded(delivery: Delivery, view: CaseView) -> bool:
    """Whether this is an alert that was posted, and the case has a newer one."""
    posted = delivery.message_id
    return posted is not None and view.newest_alert is not None and posted != view.newest_alert[1]


def _mentions(called: discord.Role | None) -> discord.AllowedMentions:
    return discord.AllowedMentions(
        everyone=False, users=False, replied_user=False, roles=[called] if called else False
    )
