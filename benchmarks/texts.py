"""What text costs: microseconds of CPU to read one message and to draw one, for each adapter.

`python -m benchmarks.texts [--rounds 7] [--messages 300]`. Beside each figure stands its ratio to the work of a
CommonMark parser (markdown-it alone) on the same text in the same run, so that machines can be compared.
Everything takes turns; the median of the rounds counts.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from markdown_it import MarkdownIt

from adapters.discord.render import render as discord_parts
from adapters.discord.text import to_commonmark as read_discord
from adapters.slack.people import Found
from adapters.slack.render import parts as slack_parts
from adapters.slack.scope import Me
from adapters.slack.wording import says as read_slack
from adapters.telegram.render import parts as telegram_parts
from adapters.telegram.text_in import to_commonmark as read_telegram
from bot.core.content import Content, Speaker

PLAIN = (
    "Hello, my parcel {number} has not arrived yet. Could you have a look where it is?\nThank you very much!"
)
RICH = (
    "Hello **all**, parcel _{number}_ has ~~not~~ arrived: see [the page](https://example.org/track/{number}).\n\n"
    "- first `one`\n- second ||two||\n\n> It was there\n> on Monday\n\n```py\nprint({number})\n```\n\n<u>Thanks</u>!"
)
RICH_ON_DISCORD = RICH.replace("<u>", "__").replace("</u>", "__")


@dataclass(frozen=True, slots=True)
class Task:
    """Reading or drawing, by one adapter, of one kind of text; every message is another one."""

    name: str
    pattern: str
    work: Callable[[str], object]


def _slack_elements(text: str) -> dict[str, object]:
    return {"blocks": [{"type": "rich_text", "elements": [_section({"type": "text", "text": text})]}]}


def _rich_on_slack(text: str) -> dict[str, object]:
    bold = {"type": "text", "text": "all", "style": {"bold": True}}
    link = {"type": "link", "url": "https://example.org/track", "text": "the page"}
    items = [_section({"type": "text", "text": one}) for one in ("first", "second")]
    code = {"type": "text", "text": f"print({len(text)})"}
    elements = [
        _section({"type": "text", "text": text[:40]}, bold, {"type": "text", "text": ": see "}, link),
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": items},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "It was there\non Monday"}]},
        {"type": "rich_text_preformatted", "elements": [code]},
    ]
    return {"blocks": [{"type": "rich_text", "elements": elements}]}


def _section(*words: dict[str, object]) -> dict[str, object]:
    return {"type": "rich_text_section", "elements": list(words)}


_ENTITIES = [
    {
        "type": kind,
        "offset": 7 * number,
        "length": 5,
        "url": "https://example.org" if kind == "text_link" else "",
    }
    for number, kind in enumerate(
        ("bold", "italic", "strikethrough", "text_link", "code", "spoiler", "underline")
    )
]


def tasks() -> list[Task]:
    me, nobody, speaker = Me("T0", "U0"), Found(), Speaker("Mia Wong")
    parser = MarkdownIt("commonmark").enable("strikethrough")
    drawers = {"slack": slack_parts, "discord": discord_parts, "telegram": telegram_parts}
    readers: dict[str, tuple[Callable[[str], object], Callable[[str], object], str]] = {
        "slack": (
            lambda text: read_slack(_slack_elements(text), me, nobody),
            lambda text: read_slack(_rich_on_slack(text), me, nobody),
            RICH,
        ),
        "discord": (
            lambda text: read_discord(text, lambda _kind, value: value),
            lambda text: read_discord(text, lambda _kind, value: value),
            RICH_ON_DISCORD,
        ),
        "telegram": (read_telegram, lambda text: read_telegram(text, _ENTITIES), RICH),
    }
    found = [
        Task("markdown-it alone, plain", PLAIN, parser.parse),
        Task("markdown-it alone, rich", RICH, parser.parse),
    ]
    for name, (plain, rich, pattern) in readers.items():
        found += [Task(f"{name}, read, plain", PLAIN, plain), Task(f"{name}, read, rich", pattern, rich)]
    for name, draw in drawers.items():
        work = _drawing(draw, speaker)
        found += [Task(f"{name}, draw, plain", PLAIN, work), Task(f"{name}, draw, rich", RICH, work)]
    return found


def _drawing(draw: Callable[[Content], object], speaker: Speaker) -> Callable[[str], object]:
    return lambda text: draw(Content(text, speaker=speaker))


def measured(rounds: int, messages: int) -> dict[str, float]:
    """Microseconds of CPU for one message of each task."""
    numbers = count(1000)
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for task in tasks():
            texts = [task.pattern.replace("{number}", str(next(numbers))) for _ in range(messages)]
            began = time.process_time()
            for text in texts:
                task.work(text)
            seconds.setdefault(task.name, []).append((time.process_time() - began) / messages)
    return {name: 1e6 * statistics.median(found) for name, found in seconds.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--messages", type=int, default=300)
    given = arguments.parse_args()
    found = measured(given.rounds, given.messages)
    for name, microseconds in found.items():
        base = found[f"markdown-it alone, {name.rpartition(', ')[2]}"]
        print(f"{name:28} {microseconds:8.1f} µs {microseconds / base:6.2f} of the parser's")


if __name__ == "__main__":
    main()
