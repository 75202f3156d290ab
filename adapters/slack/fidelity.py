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
        "by name",
        note="A user group of Slack is `@group` without the scope `usergroups:read`: messages carry no name.",
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

FILES: Table = {
    "picture": Fidelity(NATIVE),
    "film": Fidelity(NATIVE),
    "round_film": Fidelity("as a video", is_said=False),
    "sound": Fidelity(NATIVE),
    "voice": Fidelity("as audio", note="No app can send a clip as if it had been recorded."),
    "moving_picture": Fidelity(NATIVE),
    "document": Fidelity(NATIVE),
    "album": Fidelity(NATIVE),
    "sticker": Fidelity("as a picture", is_said=False),
    "moving_sticker": Fidelity("by its still picture", is_said=False),
    "drawn_sticker": Fidelity("by its name", is_said=False),
    "location": Fidelity("coordinates with a link to the map", is_said=False),
    "live_location": Fidelity("as a place, edited as it moves", is_said=False),
    "venue": Fidelity("name, address, coordinates with a link to the map", is_said=False),
    "contact": Fidelity("name and number", is_said=False),
    "poll": Fidelity("question and answers", is_said=False),
    "dice": Fidelity("the value", is_said=False),
    "game": Fidelity("by its name", is_said=False),
    "checklist": Fidelity("as a task list", is_said=False),
    "invoice": Fidelity("title and amount", is_said=False),
    "story": Fidelity("whose story it is", is_said=False),
    "gift": Fidelity("the words with it", is_said=False),
    "canvas": Fidelity("title with a link"),
    "list": Fidelity("title with a link"),
    "file_elsewhere": Fidelity("name with a link"),
    "huddle": Fidelity("in words"),
    "unknown": Fidelity("in words", is_said=False),
    "fetched": Fidelity("1 GB"),
    "taken": Fidelity("1 GB", note="Less where the plan or the workspace says so; then both sides are told."),
    "too_large": Fidelity("name, size and reason, to both sides"),
    "lying_name": Fidelity("as a file that shows what it is"),
    "file_removed": Fidelity("taken away", note="Its owner deletes it."),
    "file_added": Fidelity("put up anew", is_said=False),
    "file_deleted": Fidelity("deleted, the files too"),
}

LIFE: Table = {
    "edit": Fidelity(NATIVE),
    "earlier": Fidelity("behind a button, for staff alone"),
    "other_length": Fidelity("in as many messages as it needs"),
    "deletion": Fidelity("taken away from customers, marked for staff"),
    "reaction": Fidelity(NATIVE),
    "reaction_off": Fidelity("taken off"),
    "reply": Fidelity("with a link to the message", note="A thread in a channel has no replies of its own."),
    "in_parts": Fidelity("to the whole message"),
    "forward": Fidelity("with the name of its origin", note="Slack names who wrote it."),
    "pin": Fidelity("as a note on the message"),
    "unpin": Fidelity("as a note on the message"),
    "edit_away": Fidelity(
        "as if it had been there", note="Of what was said in the hour before it was last heard, and since."
    ),
    "deletion_away": Fidelity(
        "as if it had been there", note="Of what was said in the hour before it was last heard."
    ),
    "reaction_away": Fidelity(
        "as if it had been there", note="On what was said in the hour before it was last heard, and since."
    ),
    "pin_away": Fidelity(
        "as if it had been there", note="On what was said in the hour before it was last heard, and since."
    ),
}

PRESENCE: Table = {
    "speaker_name": Fidelity(
        "over the words",
        note="In bold before them without the scope `chat:write.customize`, and where files come with them.",
    ),
    "speaker_picture": Fidelity("beside the words", note="Of staff, where their own names are shown."),
    "chosen_name": Fidelity("in place of their own"),
    "helper": Fidelity("in words"),
    "typing": Fidelity("not shown", is_said=False, note="Slack tells no app of it, and shows none writing."),
    "searching": Fidelity("not shown"),
    "seen": Fidelity("👀 on the newest message"),
    "arrived": Fidelity("✅ on the message"),
    "read": Fidelity("not told", is_said=False, note="Slack tells no app."),
}

TABLE: Table = {**TEXT, **FILES, **LIFE, **PRESENCE}
