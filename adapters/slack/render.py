"""Content to what `chat.postMessage` takes: Block Kit blocks within Slack's limits, and the text beside them.

Limits: docs.slack.dev/reference/block-kit; 13,200 characters over all blocks is from slackapi/bolt-js#2509.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from adapters.slack import mrkdwn
from adapters.slack.elements import cut_position, split
from adapters.slack.from_commonmark import is_linkable, rich_text
from adapters.slack.payloads import Json
from bot.core.content import Button, ButtonStyle, Content, Speaker, Tone

MOST_IN_PART = 3600
"""Of the words of one message; Slack advises at most 4,000."""
_MOST_BUTTONS_IN_ROW = 25
_MOST_FIELDS_IN_SECTION = 10
_MOST_FIELDS = 20
_MOST_IN_FIELDS = 4000
_MOST_IN_FOOTNOTE = 1000
_MOST_IN_SECTION = 3000
_MOST_IN_TEXT = 4000
_MOST_IN_HEADER = 150
_MOST_IN_BUTTON = 75
_MOST_IN_NAME = 80
_MOST_HOME_BLOCKS = 100
_MOST_NAMES = 1000
_TONES = {Tone.WAITING: "🟡", Tone.CLAIMED: "🔵", Tone.RESOLVED: "✅", Tone.ALERT: "🚨"}
# Signs without width and signs that turn the direction of writing: a name made of them could pose as another.
_INVISIBLE = re.compile(
    r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)


class Part(Struct, frozen=True):
    """One message: its blocks, and the text for notifications and readers without blocks."""

    text: str
    blocks: tuple[Json, ...]
    speaker: Speaker | None = None
    """Under whose name and picture it should stand; its words do not name them, then."""
    is_first: bool = True

    @property
    def plain(self) -> "Part":
        """The same without rich text, for when Slack does not like a block."""
        blocks = [plain for block in self.blocks for plain in _without_rich_text(block)]
        return replace(self, blocks=tuple(blocks))

    @property
    def in_words(self) -> "Part":
        """The same with the speaker's name before the words, for when it cannot stand over them."""
        if self.speaker is None or not self.is_first:
            return replace(self, speaker=None)
        lead = _speaker(self.speaker)
        at = next((at for at, block in enumerate(self.blocks) if block["type"] == "rich_text"), None)
        said: Json = {"type": "rich_text", "elements": _led([], lead)}
        rest = self.blocks
        if at is not None:
            said = {**self.blocks[at], "elements": _led(self.blocks[at]["elements"], lead)}
            rest = (*self.blocks[:at], *self.blocks[at + 1 :])
        name = mrkdwn.escaped(visible_name(self.speaker.name))
        return Part(_short_text(f"*{name}:* {self.text}"), (*rest[: at or 0], said, *rest[at or 0 :]))


def parts(content: Content, *, is_card: bool = False, is_named: bool = False) -> list[Part]:
    """Return the messages that show the content without its files; [] when it is nothing but files.

    Buttons and footnote stand on the last one, on a card on the first. With `is_named` the speaker's name is left to
    stand over the words, where there are any.
    """
    speaker = content.speaker if is_named and content.text.strip() and not content.title else None
    if speaker is not None:
        content = replace(content, speaker=None)
    bodies = split(_body(content), MOST_IN_PART)
    first, last = list(_head(content)), list(_foot(content))
    if not bodies and (first or last):
        bodies = [[]]
    end = 0 if is_card else len(bodies) - 1
    made = []
    for at, body in enumerate(bodies):
        blocks: list[Json] = [*first] if at == 0 else []
        if body:
            blocks.append({"type": "rich_text", "elements": body})
        blocks += last if at == end else []
        text = _text(content, body, is_first=at == 0, is_last=at == end)
        made.append(Part(text, tuple(blocks), speaker, is_first=at == 0))
    return made


def home_blocks(sections: Sequence[Content]) -> list[Json]:
    """Return the blocks of an App Home; what does not fit is left out behind three dots."""
    blocks: list[Json] = []
    for at, section in enumerate(sections):
        divider: list[Json] = [{"type": "divider"}] if at else []
        blocks += divider + [block for part in parts(section) for block in part.blocks]
    if len(blocks) > _MOST_HOME_BLOCKS:
        more: Json = {"type": "context", "elements": [{"type": "plain_text", "text": "…"}]}
        blocks = [*blocks[: _MOST_HOME_BLOCKS - 1], more]
    return blocks


def shortened(text: str, limit: int) -> str:
    """Cut at a word's end where there is one, with three dots."""
    return text if len(text) <= limit else text[: cut_position(text, limit - 1)].rstrip() + "…"


@lru_cache(_MOST_NAMES)
def visible_name(name: str) -> str:
    """A person's name on one line, without signs that hide or turn others."""
    return shortened(_INVISIBLE.sub("", " ".join(name.split())).strip(), _MOST_IN_NAME) or "?"


# -- the parts of a message


def _head(content: Content) -> Iterator[Json]:
    if title := _title(content):
        yield {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": True}}
    shown = content.fields[:_MOST_FIELDS]
    fields = [_field(label, value, _MOST_IN_FIELDS // max(10, len(shown))) for label, value in shown]
    for start in range(0, len(fields), _MOST_FIELDS_IN_SECTION):
        yield {"type": "section", "fields": fields[start : start + _MOST_FIELDS_IN_SECTION]}


def _title(content: Content) -> str:
    if not content.title:
        return ""
    tone, title = _TONES.get(content.tone, ""), " ".join(content.title.split())
    return shortened(f"{tone} {title}".strip(), _MOST_IN_HEADER) if title else ""


def _field(label: str, value: str, limit: int) -> Json:
    return {
        "type": "mrkdwn",
        "text": f"*{mrkdwn.escaped(shortened(label, 60))}*\n{_short_mrkdwn(value, limit)}",
    }


def _short_mrkdwn(text: str, limit: int) -> str:
    pieces = split(rich_text(text), limit)
    shown = mrkdwn.mrkdwn(pieces[0]) if pieces else "–"
    # Escaping makes text longer; what then is too long is shown without its markup.
    if len(shown) > 2 * limit:
        shown = mrkdwn.escaped(text[: limit // 5])
    return f"{shown}…" if len(pieces) > 1 else shown


def _body(content: Content) -> list[Json]:
    body = rich_text(content.text)
    if not body and content.text.strip():
        body = [_section(content.text.strip())]
    lead: list[Json] = []
    if content.tone in _TONES and not content.title:
        lead.append({"type": "text", "text": f"{_TONES[content.tone]} "})
    if content.speaker is not None:
        lead += _speaker(content.speaker)
    return _led(body, lead) if lead else body


def _led(body: list[Json], lead: list[Json]) -> list[Json]:
    if body and body[0]["type"] == "rich_text_section":
        return [{**body[0], "elements": [*lead, *body[0]["elements"]]}, *body[1:]]
    return [{"type": "rich_text_section", "elements": lead}, *body]


def _speaker(speaker: Speaker) -> list[Json]:
    name: Json = {"type": "text", "text": f"{visible_name(speaker.name)}:", "style": {"bold": True}}
    # Not bold, so that a bold first word does not run into the name.
    return [name, {"type": "text", "text": " "}]


def _section(text: str) -> Json:
    return {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}


def _foot(content: Content) -> Iterator[Json]:
    if content.footnote.strip():
        text = _short_mrkdwn(content.footnote, _MOST_IN_FOOTNOTE)
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}
    buttons = list(_buttons(content.buttons))
    for start in range(0, len(buttons), _MOST_BUTTONS_IN_ROW):
        yield {"type": "actions", "elements": buttons[start : start + _MOST_BUTTONS_IN_ROW]}


def _buttons(buttons: Sequence[Button]) -> Iterator[Json]:
    for at, button in enumerate(buttons):
        label = shortened(" ".join(button.label.split()) or "…", _MOST_IN_BUTTON)
        element: Json = {"type": "button", "text": {"type": "plain_text", "text": label, "emoji": True}}
        if button.url:
            if is_linkable(button.url):
                yield {**element, "action_id": f"link:{at}", "url": button.url}
            continue
        value = f"{button.action}:{button.subject}"
        is_repeated = any(
            one.action == button.action and one.subject == button.subject for one in buttons[:at]
        )
        element |= {"action_id": f"{value}#{at}" if is_repeated else value, "value": value}
        if button.style is not ButtonStyle.PLAIN:
            element["style"] = button.style.value
        yield element


def _text(content: Content, body: Sequence[Json], *, is_first: bool, is_last: bool) -> str:
    lines = []
    if is_first and (title := _title(content)):
        lines.append(f"*{mrkdwn.escaped(title)}*")
    if body:
        lines.append(mrkdwn.mrkdwn(body))
    if is_first:
        lines += [f"{mrkdwn.escaped(label)}: {_short_mrkdwn(value, 200)}" for label, value in content.fields]
    if is_last and content.footnote.strip():
        lines.append(_short_mrkdwn(content.footnote, _MOST_IN_FOOTNOTE))
    if not lines:
        lines = [mrkdwn.escaped(button.label) for button in content.buttons]
    return _short_text("\n".join(lines).strip() or "…")


def _short_text(text: str) -> str:
    """Cut the text beside the blocks to what chat.update takes, never inside an escaped sign or a link."""
    if len(text) <= _MOST_IN_TEXT:
        return text
    cut = text[: cut_position(text, _MOST_IN_TEXT - 1)]
    for sign, end in (("&", ";"), ("<", ">")):
        if cut.rfind(sign) > cut.rfind(end):
            cut = cut[: cut.rfind(sign)]
    return f"{cut.rstrip()}…"


def _without_rich_text(block: Json) -> Iterator[Json]:
    if block["type"] != "rich_text":
        yield block
        return
    text = mrkdwn.unescaped(mrkdwn.mrkdwn(block["elements"]))
    while text:
        at = cut_position(text, _MOST_IN_SECTION)
        yield {"type": "section", "text": {"type": "plain_text", "text": text[:at], "emoji": False}}
        text = text[at:]
