"""What Slack does with each kind of what is said: the words of docs/fidelity.md."""

from bot.core.fidelity import NATIVE, Fidelity, Table

TEXT: Table = {
    "bold": Fidelity(NATIVE),
    "italic": Fidelity(NATIVE),
    "underline": Fidelity(NATIVE),
    "strike": Fidelity(NATIVE),
    "spoiler": Fidelity("between its bars", is_said=False, note="Slack hides nothing."),
    "code": Fidelity(NATIVE),
    "code_block": Fidelity(NATIVE),
    "code_language": Fidelity(NATIVE, note="For the common languages; others are code without a language."),
    "quote": Fidelity(NATIVE),
    "long_quote": Fidelity("as a quote", is_said=False),
    "bullets": Fidelity(NATIVE),
    "nested_list": Fidelity(NATIVE, note="Within a quote, drawn with signs."),
    "numbers": Fidelity(NATIVE),
    "tasks": Fidelity("by ☐ and ☑", is_said=False),
    "heading": Fidelity("as bold text", is_said=False),
    "small_print": Fidelity("as plain text", is_said=False),
    "table": Fidelity("as code in columns", note="One table of up to 40 columns; cells are plain words."),
    "link": Fidelity(NATIVE),
    "address": Fidelity(NATIVE),
    "emoji": Fidelity(NATIVE, note="Names such as `:tada:` are sent as the characters they stand for."),
    "own_emoji": Fidelity("by its name, or as the character it stands for"),
    "person": Fidelity("by name"),
    "group": Fidelity(
        "by name", note="A user group of Slack is shown as `@group`: messages do not carry its name."
    ),
    "channel": Fidelity("by name"),
    "everyone": Fidelity("as plain text"),
    "command": Fidelity("as plain text", is_said=False),
    "moment": Fidelity(NATIVE, is_said=False, note="In the reader's time zone."),
    "right_to_left": Fidelity(NATIVE),
    "combining": Fidelity(NATIVE),
    "signs": Fidelity("as they were typed"),
    "long_text": Fidelity("in several messages", note="Of about 3,600 characters."),
}

TABLE: Table = {**TEXT}
