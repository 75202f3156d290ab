"""What counts as an emoji in a reaction: a character sequence that draws one, or a custom emoji's `name:id`."""

import re

_CUSTOM = re.compile(r"\w{2,32}:\d{15,20}")
# Pictographs, dingbats, arrows, letters in boxes, and the joiners and selectors that bind them together.
_UNICODE = re.compile(
    "(?:[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\u00a9\u00ae\u203c\u2049\u2122\u2139\u24c2]"
    "|[0-9#*]\ufe0f?\u20e3|\ufe0f|\u200d|[\U0001f3fb-\U0001f3ff]|[\U000e0020-\U000e007f])+"
)


def is_emoji(text: str) -> bool:
    return bool(_UNICODE.fullmatch(text) or _CUSTOM.fullmatch(text))
