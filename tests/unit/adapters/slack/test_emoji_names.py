"""Emoji as Slack names them, there and back."""

import pytest

from adapters.slack.emoji_names import from_name, to_name


@pytest.mark.parametrize(
    ("name", "character"),
    [
        pytest.param("wave", "\U0001f44b", id="a name"),
        pytest.param("thumbsup", "\U0001f44d", id="another name of one"),
        pytest.param("wave::skin-tone-4", "\U0001f44b\U0001f3fd", id="with a skin tone"),
        pytest.param("tada::skin-tone-4", "\U0001f389", id="a skin tone that it does not have"),
        pytest.param("flag-si", "\U0001f1f8\U0001f1ee", id="a hyphen"),
        pytest.param("our-logo", None, id="a name of the workspace's own"),
    ],
)
def test_a_name_is_a_character(name: str, character: str | None) -> None:
    assert from_name(name) == character


def test_a_skin_tone_may_stand_beside_the_name() -> None:
    assert from_name("wave", 2) == "\U0001f44b\U0001f3fb"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        pytest.param("\U0001f44d", "+1", id="the first of its names"),
        pytest.param("\U0001f44b\U0001f3fd", "wave::skin-tone-4", id="with a skin tone"),
        pytest.param("\u2764", "heart", id="without the selector of its style"),
        pytest.param("\u2764\ufe0f", "heart", id="with it"),
        pytest.param(":our-logo:", "our-logo", id="a name of the workspace's own"),
        pytest.param("words", None, id="no emoji"),
    ],
)
def test_a_character_has_a_name(character: str, name: str | None) -> None:
    assert to_name(character) == name
