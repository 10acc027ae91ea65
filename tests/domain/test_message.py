"""Messages and snowflakes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import (
    DISCORD_EPOCH,
    Attachment,
    Message,
    Person,
    snowflake_time,
    time_snowflake,
)

SNOWFLAKES = st.integers(min_value=0, max_value=2**63 - 1)


def message(text: str = "", **values: object) -> Message:
    return Message(id=1, channel_id=2, author=Person(3, "ava"), text=text, at=0.0, **values)


def test_a_snowflake_knows_its_time() -> None:
    """The example of Discord's API reference: 2016-04-30 11:18:25.796 UTC."""
    assert snowflake_time(175928847299117063) == 1462015105.796


@given(SNOWFLAKES)
def test_the_snowflake_of_a_snowflakes_time_is_the_first_of_its_millisecond(snowflake: int) -> None:
    assert time_snowflake(snowflake_time(snowflake)) == snowflake >> 22 << 22


@given(st.floats(min_value=0, max_value=DISCORD_EPOCH))
def test_before_discord_there_is_no_negative_snowflake(at: float) -> None:
    assert time_snowflake(at) == 0


def test_everything_that_can_be_read_is_wording_own_words_first() -> None:
    whole = message("mine", forwarded=("theirs", ""), embedded=("shown",))

    assert whole.wording == "mine\ntheirs\nshown"
    assert message("mine").wording == "mine"
    assert message("", forwarded=("theirs",)).wording == "theirs"


def test_an_attachment_has_no_place_for_its_bytes_or_address() -> None:
    assert Attachment._fields == (
        "id",
        "filename",
        "size",
        "content_type",
        "width",
        "height",
        "duration",
    )


def test_markup_is_blanked_and_everything_else_keeps_its_place() -> None:
    text = "<@700000000000000302> pay <:cash_bag:12345> by <t:1700000000:R> in <#42> 1 < 2"
    wording = Message(1, 2, Person(3, "ava"), text, 0.0).wording

    assert len(wording) == len(text)
    assert wording.split() == ["pay", "cash_bag", "by", "t", "R", "in", "1", "<", "2"]


def test_turned_text_stands_as_it_is_seen_in_a_text_of_the_same_length() -> None:
    text = "your \u202esedun\u202c, \u202eyadot"
    message = Message(1, 1, Person(1, "leo"), text, 1.0)

    assert message.wording == "your \u202enudes\u202c, \u202etoday"
