"""What Telegram does with each kind of what is said: the words of docs/fidelity.md."""

from bot.core.fidelity import NATIVE, Fidelity, Table

TEXT: Table = {
    "bold": Fidelity(NATIVE),
    "italic": Fidelity(NATIVE),
    "underline": Fidelity(NATIVE),
    "strike": Fidelity(NATIVE),
    "spoiler": Fidelity(NATIVE),
    "code": Fidelity(NATIVE, note="Within a link or a spoiler, plain words: Telegram allows no code there."),
    "code_block": Fidelity(NATIVE),
    "code_language": Fidelity(NATIVE),
    "quote": Fidelity(NATIVE, note="A quote in a quote is one quote."),
    "long_quote": Fidelity("as a quote"),
    "bullets": Fidelity(
        "by • and numbers", is_said=False, note="What is typed as a list stays as it was typed."
    ),
    "nested_list": Fidelity("by • and numbers", is_said=False),
    "numbers": Fidelity("by • and numbers", is_said=False),
    "tasks": Fidelity(
        "by ☐ and ☑", is_said=False, note="Checklists are read; people without Premium write none."
    ),
    "heading": Fidelity("as bold text", is_said=False, note="Rich messages that are forwarded keep theirs."),
    "small_print": Fidelity("as plain text", is_said=False),
    "table": Fidelity("as code in columns", is_said=False),
    "link": Fidelity(NATIVE),
    "address": Fidelity(NATIVE),
    "emoji": Fidelity(NATIVE),
    "own_emoji": Fidelity("by its name, or as the character it stands for"),
    "person": Fidelity("by name"),
    "group": Fidelity("by name", is_said=False),
    "channel": Fidelity("by name", is_said=False),
    "everyone": Fidelity("as plain text", is_said=False),
    "command": Fidelity("as plain text"),
    "moment": Fidelity(NATIVE, note="In the reader's time zone."),
    "right_to_left": Fidelity(NATIVE),
    "combining": Fidelity(NATIVE),
    "signs": Fidelity("as they were typed"),
    "long_text": Fidelity("in several messages", note="Of at most 4,096 UTF-16 units."),
}

TABLE: Table = {**TEXT}
