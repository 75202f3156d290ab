"""What becomes of what people say when it is shown on another platform: the kinds, and what an adapter says of each.

Every adapter has a table (`adapters/<platform>/fidelity.py`) from a kind's name to a `Fidelity`. docs/fidelity.md is
made of these tables, and every cell is walked by a test.
"""

from collections.abc import Mapping

from msgspec import Struct

NATIVE = "native"
"""How a kind is shown where the platform has a form of its own for it."""


class Kind(Struct, frozen=True):
    """Something people say or do that should arrive as what it was."""

    name: str
    title: str
    """As it stands in the document."""


class Fidelity(Struct, frozen=True):
    """What one platform does with one kind."""

    shown: str
    """How its readers see what was said elsewhere: `NATIVE`, or in a few words of the document."""
    is_said: bool = True
    """Whether people on it can say it."""
    note: str = ""
    """What a reader of the document should know besides."""


Table = Mapping[str, Fidelity]


class Section(Struct, frozen=True):
    """Kinds that stand in one table of the document."""

    title: str
    kinds: tuple[Kind, ...]


TEXT = Section(
    "Text",
    (
        Kind("bold", "bold"),
        Kind("italic", "italic"),
        Kind("underline", "underline"),
        Kind("strike", "strikethrough"),
        Kind("spoiler", "spoiler"),
        Kind("code", "code in a line"),
        Kind("code_block", "code block"),
        Kind("code_language", "language of a code block"),
        Kind("quote", "quote of several lines"),
        Kind("long_quote", "folded quote"),
        Kind("bullets", "list"),
        Kind("nested_list", "list in a list"),
        Kind("numbers", "numbered list that begins at 3"),
        Kind("tasks", "task list"),
        Kind("heading", "heading"),
        Kind("small_print", "small print"),
        Kind("table", "table"),
        Kind("link", "link behind words"),
        Kind("address", "bare web address"),
        Kind("emoji", "emoji, also in a skin tone"),
        Kind("own_emoji", "emoji of a community's own"),
        Kind("person", "mention of a person"),
        Kind("group", "mention of a role or group"),
        Kind("channel", "mention of a channel"),
        Kind("everyone", "mention of everybody"),
        Kind("command", "mention of a command"),
        Kind("moment", "moment in time"),
        Kind("right_to_left", "right-to-left script"),
        Kind("combining", "combining letters"),
        Kind("signs", "signs of markup that mean nothing where they were typed"),
        Kind("empty_lines", "several empty lines in a row"),
        Kind("long_text", "text longer than a message"),
    ),
)
FILES = Section(
    "Files and what is neither text nor file",
    (
        Kind("picture", "picture"),
        Kind("hidden_picture", "picture that is covered until it is wanted"),
        Kind("film", "video"),
        Kind("round_film", "round video message"),
        Kind("sound", "audio"),
        Kind("voice", "voice message"),
        Kind("moving_picture", "animated picture"),
        Kind("document", "document"),
        Kind("album", "several pictures in one message"),
        Kind("sticker", "sticker"),
        Kind("moving_sticker", "animated sticker"),
        Kind("drawn_sticker", "sticker that is a drawing (Lottie)"),
        Kind("location", "place on the map"),
        Kind("live_location", "live place"),
        Kind("venue", "venue"),
        Kind("contact", "contact"),
        Kind("poll", "poll"),
        Kind("dice", "dice"),
        Kind("game", "game"),
        Kind("checklist", "checklist"),
        Kind("invoice", "invoice"),
        Kind("story", "story"),
        Kind("gift", "gift"),
        Kind("canvas", "canvas"),
        Kind("list", "list of Slack"),
        Kind("file_elsewhere", "file of another service"),
        Kind("huddle", "huddle"),
        Kind("unknown", "anything that is not known yet"),
    ),
)
LARGE_FILES = Section(
    "What becomes of files",
    (
        Kind("fetched", "largest file that can be fetched from it"),
        Kind("taken", "largest file that can be sent to it"),
        Kind("too_large", "file beyond that"),
        Kind("lying_name", "program under the name of a document"),
        Kind("file_removed", "file taken away from a message"),
        Kind("file_added", "file added or exchanged in a message"),
        Kind("file_deleted", "message deleted with its files"),
    ),
)
LIFE = Section(
    "Life of a message",
    (
        Kind("edit", "edit"),
        Kind("earlier", "earlier words of what was edited"),
        Kind("other_length", "edit to another length"),
        Kind("deletion", "deletion"),
        Kind("reaction", "reaction"),
        Kind("reaction_off", "reaction taken off"),
        Kind("reply", "reply to a message"),
        Kind("in_parts", "reply and reaction to a part of a long message"),
        Kind("forward", "forwarded message"),
        Kind("pin", "pin"),
        Kind("unpin", "pin taken off"),
        Kind("edit_away", "edit while the bot was away"),
        Kind("deletion_away", "deletion while the bot was away"),
        Kind("reaction_away", "reaction while the bot was away"),
        Kind("pin_away", "pin while the bot was away"),
    ),
)
PRESENCE = Section(
    "Presence",
    (
        Kind("speaker_name", "name of who speaks"),
        Kind("speaker_picture", "picture of who speaks"),
        Kind("chosen_name", "name that is chosen for staff"),
        Kind("helper", "who is helping, and who no longer is"),
        Kind("typing", "somebody is writing"),
        Kind("searching", "the bot is looking for more than a second"),
        Kind("seen", "question that somebody has in hand"),
        Kind("arrived", "answer that reached the customer"),
        Kind("read", "that a message was read"),
    ),
)
SECTIONS = (TEXT, FILES, LARGE_FILES, LIFE, PRESENCE)
"""In the order of the document."""
