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
    "empty_lines": Fidelity("as one empty line"),
    "long_text": Fidelity("in several messages", note="Of at most 2,000 characters."),
}

FILES: Table = {
    "picture": Fidelity(NATIVE),
    "hidden_picture": Fidelity(NATIVE),
    "film": Fidelity(NATIVE),
    "round_film": Fidelity("as a video", is_said=False),
    "sound": Fidelity(NATIVE),
    "voice": Fidelity(NATIVE, note="OGG; others are files. Without a waveform it is flat."),
    "moving_picture": Fidelity(NATIVE),
    "document": Fidelity(NATIVE),
    "album": Fidelity(NATIVE, note="Up to ten files in a message."),
    "sticker": Fidelity("as a picture"),
    "moving_sticker": Fidelity("by its still picture", is_said=False),
    "drawn_sticker": Fidelity("by its name"),
    "location": Fidelity("coordinates with a link to the map", is_said=False),
    "live_location": Fidelity("as a place, edited as it moves", is_said=False),
    "venue": Fidelity("name, address, coordinates with a link to the map", is_said=False),
    "contact": Fidelity("name and number", is_said=False),
    "poll": Fidelity("question and answers"),
    "dice": Fidelity("the value", is_said=False),
    "game": Fidelity("by its name"),
    "checklist": Fidelity("as a task list", is_said=False),
    "invoice": Fidelity("title and amount", is_said=False),
    "story": Fidelity("whose story it is", is_said=False),
    "gift": Fidelity("the words with it", is_said=False),
    "canvas": Fidelity("title with a link", is_said=False),
    "list": Fidelity("title with a link", is_said=False),
    "file_elsewhere": Fidelity("name with a link", is_said=False),
    "huddle": Fidelity("in words", is_said=False),
    "unknown": Fidelity(
        "in words", note="Only where Discord does not withhold contents: in direct messages and mentions."
    ),
    "fetched": Fidelity("500 MB"),
    "taken": Fidelity("10 MB", note="50 or 100 MB in boosted servers."),
    "too_large": Fidelity("name, size and reason, to both sides"),
    "lying_name": Fidelity("as a file that shows what it is"),
    "file_removed": Fidelity("taken away"),
    "file_added": Fidelity(NATIVE, is_said=False, note="Other clients than Discord's own can."),
    "file_deleted": Fidelity("deleted"),
}

_LOOKED_BACK = "what was said since, and before for as long as it was away: at least a day, at most a week."
_SAID, _SEEN = f"Of {_LOOKED_BACK}", f"On {_LOOKED_BACK}"

LIFE: Table = {
    "edit": Fidelity(NATIVE),
    "earlier": Fidelity("behind a button, for staff alone"),
    "other_length": Fidelity("in as many messages as it needs"),
    "deletion": Fidelity("taken away from customers, marked for staff"),
    "reaction": Fidelity(NATIVE),
    "reaction_off": Fidelity("taken off"),
    "reply": Fidelity(NATIVE),
    "in_parts": Fidelity("to the whole message"),
    "forward": Fidelity(
        "with the name of its origin",
        note="Discord tells its channel, not who wrote it. Out of the staff space not even that is told.",
    ),
    "pin": Fidelity("as a note on the message"),
    "unpin": Fidelity("as a note on the message", note="Discord does not say who took it off."),
    "edit_away": Fidelity("as if it had been there", note=_SAID),
    "deletion_away": Fidelity("as if it had been there", note=_SAID),
    "reaction_away": Fidelity("as if it had been there", note=_SEEN),
    "pin_away": Fidelity("as if it had been there"),
}

PRESENCE: Table = {
    "speaker_name": Fidelity("in bold before the words"),
    "speaker_picture": Fidelity("not shown"),
    "chosen_name": Fidelity("in place of their own"),
    "helper": Fidelity("in words"),
    "typing": Fidelity(
        NATIVE,
        note="The bot is seen writing. In direct chats, threads and posts. Whoever helps is seen writing a note, too.",
    ),
    "searching": Fidelity("as writing"),
    "seen": Fidelity("👀 on the newest message"),
    "arrived": Fidelity("✅ on the message"),
    "read": Fidelity("not told", is_said=False, note="Discord tells no app."),
}

TABLE: Table = {**TEXT, **FILES, **LIFE, **PRESENCE}
