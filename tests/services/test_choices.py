"""What a server can choose is declared once, and everything else follows from that."""

from __future__ import annotations

from typing import Any

import pytest

from bot.advice.texts import Language, load_texts
from bot.domain.policy import AdviceMode, Policy
from bot.services.choices import (
    SETTINGS,
    ChoicesError,
    Kind,
    PolicySettings,
    Setting,
    as_written,
    checked,
    from_yaml,
    layered,
    to_yaml,
    usable,
)
from bot.services.policies import Policies

BASE = PolicySettings()


@pytest.fixture(scope="module")
def english() -> Language:
    return load_texts().get("en")


def problems(choices: dict[str, Any]) -> list[str]:
    with pytest.raises(ChoicesError) as raised:
        checked(choices, BASE)
    return raised.value.problems


def test_the_declaration_says_what_each_setting_is() -> None:
    roles, ping = SETTINGS["moderator_roles"], SETTINGS["ping_role"]
    assert roles == Setting("moderator_roles", Kind.ROLE, many=True, optional=False, options=())
    assert ping == Setting("ping_role", Kind.ROLE, many=False, optional=True, options=())
    assert SETTINGS["ping_from"].options == ("low", "medium", "high", "urgent")
    assert SETTINGS["advice"].options == ("dm", "button", "moderator")
    kinds = {key: setting.kind for key, setting in SETTINGS.items()}
    assert kinds["webhooks"] is kinds["dry_run"] is Kind.SWITCH
    assert kinds["many_targets"] is Kind.NUMBER
    assert kinds["ignored_channels"] is Kind.CHANNEL
    assert kinds["language"] is Kind.LANGUAGE


def test_the_declaration_has_every_choice_of_the_domain() -> None:
    assert sorted(SETTINGS) == sorted(Policy.__dataclass_fields__)
    assert BASE.policy() == Policy()


@pytest.mark.parametrize("key", SETTINGS)
def test_every_setting_and_every_option_has_words(english: Language, key: str) -> None:
    wanted = [f"setup.setting.{key}.name", f"setup.setting.{key}.explain"]
    for option in SETTINGS[key].options:
        own = f"setup.option.{key}.{option}"
        wanted.append(own if own in english.texts else f"level.{option}")

    assert [text for text in wanted if text not in english.texts] == []


def test_what_was_written_is_what_is_read() -> None:
    written = as_written(BASE)
    choices = written | {"ignored_channels": ["b", "12"], "ping_from": "urgent", "ping_role": None}
    stored = checked(choices, BASE)

    assert stored == choices | {"ignored_channels": ["12", "b"]}
    assert checked(from_yaml(to_yaml(stored)), BASE) == stored


def test_everything_that_is_wrong_is_said_at_once_with_its_key() -> None:
    assert problems(
        {"many_targets": 99, "ping_from": "big", "moderator_roles": 4, "advice": 1, "advise": "dm"}
    ) == [
        "moderator_roles: must be a list, like [one, another]",
        "ping_from: must be one of low, medium, high, urgent",
        "advice: must be 'dm', 'button' or 'moderator'",
        "many_targets: must be less than or equal to 20",
        "advise: there is no such key; did you mean 'advice'?",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("advice: dm\nping_role: ]", "line 2: not valid YAML"),
        ("- advice", "must be a list of keys and values"),
        ("advice: dm\nadvice: button", "line 2: not valid YAML"),
        ("!!python/object:os.system {}", "line 1: not valid YAML"),
        ("a: \x00", "line 1: not valid YAML"),
    ],
)
def test_what_is_no_list_of_settings_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ChoicesError) as raised:
        from_yaml(text)
    assert [said.partition(" (")[0] for said in raised.value.problems] == [problem]


def alias_bomb(levels: int) -> str:
    """Some hundred characters that stand for nine to the power of `levels` words."""
    lists = [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(("a0: &a0 [x]", *lists, f"quiet_hours: *a{levels - 1}"))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (alias_bomb(12), 2, "aliases (*) cannot be used here; write the value out, or in quotes"),
        ("a: &a 1\n\n\nb: [*a]", 4, "aliases (*) cannot be used here"),
        ("alert_channel: *alerts", 1, "aliases (*) cannot be used here"),
        ("advice: dm\n<<: {advice: button}", 2, "merge keys (<<) cannot be used here"),
        ("advice: {<<: {a: 1}}", 1, "merge keys (<<) cannot be used here; write the keys out"),
        ("? [a]\n: 1\n? [a]\n: 2", 1, "while constructing a mapping: found unhashable key"),
        (f"? {'[' * 400}{']' * 400}\n: 1", 1, "while constructing a mapping: found unhashable key"),
    ],
)
def test_what_stands_for_more_than_is_written_is_refused_at_once(
    text: str, line: int, problem: str
) -> None:
    """A bomb that is written out, be it for an error message, never ends."""
    with pytest.raises(ChoicesError) as raised:
        from_yaml(text)
    (said,) = raised.value.problems
    assert said.startswith(f"line {line}: not valid YAML ({problem}")


@pytest.mark.parametrize("written", [["22:00-07:00"], {"22:00-07:00": 1}, 1320, True])
def test_hours_that_are_no_text_are_refused_unread(written: Any) -> None:
    assert problems({"quiet_hours": written}) == [
        "quiet_hours: must be a text; put it in quotes",
    ]


def test_layers_stand_on_one_another() -> None:
    defaults = PolicySettings(alert_channel="mods", many_targets=5, ping_role="Staff")
    here = PolicySettings(alert_channel="room", many_targets=5, ping_role="Staff")
    policies = Policies(defaults, {1: here})
    policies.put(1, {"advice": "button", "ping_role": None})

    assert policies.of(2) == defaults.policy()
    assert policies.of(1) == Policy(
        alert_channel="room", many_targets=5, advice=AdviceMode.BUTTON, ping_role=None
    )
    assert policies.stored(1) == {"advice": "button", "ping_role": None}
    policies.put(1, {})
    assert policies.of(1) == here.policy()


def test_of_stored_choices_what_can_be_used_holds_and_the_rest_is_named() -> None:
    stored = {"advice": "carrier pigeon", "ping_role": "12", "gone_key": 3}
    kept, faults = usable(stored, BASE)

    assert kept == {"ping_role": "12"}
    assert faults == [
        "advice: must be 'dm', 'button' or 'moderator'",
        "gone_key: there is no such key",
    ]
    assert layered(BASE, kept).ping_role == "12"
