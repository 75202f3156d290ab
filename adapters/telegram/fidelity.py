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
    "empty_lines": Fidelity("as one empty line"),
    "long_text": Fidelity("in several messages", note="Of at most 4,096 UTF-16 units."),
}

FILES: Table = {
    "picture": Fidelity(NATIVE, note="What Telegram does not take as a picture is a document."),
    "hidden_picture": Fidelity(NATIVE, note="Films and animations, too; documents have no cover."),
    "film": Fidelity(NATIVE, note="MP4 and MOV; others are documents."),
    "round_film": Fidelity(NATIVE),
    "sound": Fidelity(NATIVE, note="MP3 and M4A; others are documents."),
    "voice": Fidelity(NATIVE, note="OGG, MP3 and M4A; others are documents."),
    "moving_picture": Fidelity(NATIVE),
    "document": Fidelity(NATIVE),
    "album": Fidelity(NATIVE, note="Two to ten of a kind; pictures and videos may share one."),
    "sticker": Fidelity("as a sticker or a picture"),
    "moving_sticker": Fidelity(NATIVE),
    "drawn_sticker": Fidelity("by its name", is_said=False),
    "location": Fidelity("coordinates with a link to the map"),
    "live_location": Fidelity(
        "as a place, edited as it moves", note="Every half minute; at once when the sharing ends."
    ),
    "venue": Fidelity("name, address, coordinates with a link to the map"),
    "contact": Fidelity("name and number"),
    "poll": Fidelity("question and answers"),
    "dice": Fidelity("the value"),
    "game": Fidelity("by its name"),
    "checklist": Fidelity("as a task list"),
    "invoice": Fidelity("title and amount"),
    "story": Fidelity("whose story it is"),
    "gift": Fidelity("the words with it"),
    "canvas": Fidelity("title with a link", is_said=False),
    "list": Fidelity("title with a link", is_said=False),
    "file_elsewhere": Fidelity("name with a link", is_said=False),
    "huddle": Fidelity("in words", is_said=False),
    "unknown": Fidelity("in words"),
    "fetched": Fidelity("20 MB"),
    "taken": Fidelity("50 MB", note="A picture as such 10 MB."),
    "too_large": Fidelity("name, size and reason, to both sides"),
    "lying_name": Fidelity(
        "as a file that shows what it is", note="Within Telegram a file is not fetched, and keeps its name."
    ),
    "file_removed": Fidelity("said anew without it", is_said=False),
    "file_added": Fidelity(NATIVE, note="One file takes the place of one; more of them are said anew."),
    "file_deleted": Fidelity("deleted", is_said=False, note="Telegram tells no bot of deletions."),
}

LIFE: Table = {
    "edit": Fidelity(NATIVE),
    "earlier": Fidelity(
        "behind a button, for staff alone",
        note="Not under albums, which have no buttons: the command for a ticket's edits shows them as well.",
    ),
    "other_length": Fidelity("in as many messages as it needs"),
    "deletion": Fidelity(
        "taken away from customers, marked for staff",
        is_said=False,
        note="Telegram tells no bot of it. A bot takes away messages for two days, later only their words.",
    ),
    "reaction": Fidelity(
        NATIVE, note="A bot has one reaction on a message; what Telegram lacks as a reaction is left out."
    ),
    "reaction_off": Fidelity("taken off"),
    "reply": Fidelity(NATIVE),
    "in_parts": Fidelity("to the whole message"),
    "forward": Fidelity(
        "with the name of its origin", note="As Telegram names it, which may be a name without an account."
    ),
    "pin": Fidelity("as a note on the message"),
    "unpin": Fidelity("as a note on the message", is_said=False, note="Telegram tells no bot of it."),
    "edit_away": Fidelity("as if it had been there", note="Telegram keeps it for a day."),
    "deletion_away": Fidelity("as if it had been there", is_said=False),
    "reaction_away": Fidelity("as if it had been there", note="Telegram keeps it for a day."),
    "pin_away": Fidelity("as if it had been there", note="Telegram keeps it for a day."),
}

PRESENCE: Table = {
    "speaker_name": Fidelity("in bold before the words"),
    "speaker_picture": Fidelity(
        "not shown",
        is_said=False,
        note="Telegram hands pictures out only at addresses that hold the bot's token.",
    ),
    "chosen_name": Fidelity("in place of their own"),
    "helper": Fidelity("in words"),
    "typing": Fidelity(
        NATIVE, is_said=False, note="The bot is seen writing. Telegram tells no bot who writes."
    ),
    "searching": Fidelity("as writing"),
    "seen": Fidelity("👀 on the newest message"),
    "arrived": Fidelity("👌 on the message"),
    "read": Fidelity("not told", is_said=False, note="Telegram tells no bot."),
}

TABLE: Table = {**TEXT, **FILES, **LIFE, **PRESENCE}
