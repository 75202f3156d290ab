"""What Discord does with each kind of what is said: the words of docs/fidelity.md."""

from bot.core.fidelity import NATIVE, Fidelity, Table

TEXT: Table = {
    "bold": Fidelity(NATIVE),
    "italic": Fidelity(NATIVE),
    "underline": Fidelity(NATIVE),
    "strike": Fidelity(NATIVE),
    "spoiler": Fidelity(NATIVE),
    "code": Fidelity(NATIVE),
    "code_block": Fidelity(NATIVE),
    "code_language": Fidelity(NATIVE),
    "quote": Fidelity(NATIVE),
    "long_quote": Fidelity("as a quote", is_said=False),
    "bullets": Fidelity(NATIVE),
    "nested_list": Fidelity(NATIVE),
    "numbers": Fidelity(NATIVE),
    "tasks": Fidelity("by ☐ and ☑", note="Typed as `- [ ] ` and `- [x] `."),
    "heading": Fidelity(NATIVE, note="Of the three larger sizes; smaller ones are bold text."),
    "small_print": Fidelity("as plain text"),
    "table": Fidelity("as code in columns", is_said=False),
    "link": Fidelity(
        NATIVE, note="Words that look like another address are shown with the real one behind them."
    ),
    "address": Fidelity(NATIVE),
    "emoji": Fidelity(NATIVE),
    "own_emoji": Fidelity("by its name, or as the character it stands for"),
    "person": Fidelity("by name"),
    "group": Fidelity("by name"),
    "channel": Fidelity("by name"),
    "everyone": Fidelity("as plain text"),
    "command": Fidelity("as plain text"),
    "moment": Fidelity(NATIVE, note="In the reader's time zone."),
    "right_to_left": Fidelity(NATIVE),
    "combining": Fidelity(NATIVE),
    "signs": Fidelity("as they were typed"),
    "long_text": Fidelity("in several messages", note="Of at most 2,000 characters."),
}

TABLE: Table = {**TEXT}
