"""Content to messages, and the small rules around sending them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from adapters.telegram.answers import MAX_TOAST, toast_of
from adapters.telegram.changes import allowed_reaction
from adapters.telegram.errors import refusal_of, send_error
from adapters.telegram.formatted import MAX_CAPTION, MAX_TEXT, Formatted
from adapters.telegram.markers import Markers
from adapters.telegram.names import one_line
from adapters.telegram.pace import MARGIN_SECONDS, PACED_SECONDS, Pace
from adapters.telegram.render import card_parts, compose, keyboard, parts
from adapters.telegram.request import FaultError, FloodError, MissingError, NotReachedError
from bot.core.content import Button, Content, FileKind, FileRef, Speaker, Tone
from bot.core.outgoing import Refusal


def file(kind: FileKind, name: str = "x") -> FileRef:
    return FileRef("slack", name, name, kind)


PICTURE, VIDEO, DOCUMENT, AUDIO, STICKER = (
    file(FileKind.PICTURE),
    file(FileKind.VIDEO),
    file(FileKind.DOCUMENT),
    file(FileKind.AUDIO),
    file(FileKind.STICKER),
)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (Content(text="hello"), "hello"),
        (Content(text="hello", tone=Tone.ALERT), "🔴 hello"),
        (Content(text="hi", title="*T*", tone=Tone.CLAIMED), "🔵 *T*\n\nhi"),
        (Content(title="T", fields=(("A", "1"), ("B", "x\ny"))), "T\nA: 1\nB:\nx\ny"),
        (Content(text="hi", footnote="small"), "hi\n\nsmall"),
        (Content(text="hi", speaker=Speaker("Ana")), "Ana: hi"),
        (Content(text="```\ncode\n```", speaker=Speaker("Ana")), "Ana:\ncode"),
        (Content(text="> q\n\nyes", speaker=Speaker("A\n\u202eB")), "A B:\nq\nyes"),
        (Content(speaker=Speaker("Ana"), files=(PICTURE,)), "Ana"),
    ],
)
def test_a_content_reads_from_title_to_footnote(content: Content, text: str) -> None:
    assert compose(content).text == text


def test_a_long_footnote_is_folded_and_holds_no_quote_within() -> None:
    whole = compose(Content(text="x", footnote="> word " * 60))
    kinds = [span.kind for span in whole.spans]
    assert kinds == ["expandable_blockquote"]


@pytest.mark.parametrize(
    ("files", "albums"),
    [
        ((PICTURE, VIDEO, PICTURE), [3]),
        ((PICTURE,) * 12, [10, 2]),
        ((PICTURE, DOCUMENT, DOCUMENT, AUDIO), [1, 2, 1]),
        ((STICKER, STICKER), [1, 1]),
    ],
)
def test_neighbours_that_go_together_are_one_album(files: tuple[FileRef, ...], albums: list[int]) -> None:
    assert [len(part.files) for part in parts(Content(files=files))] == albums


@pytest.mark.parametrize(
    ("content", "shape"),
    [
        pytest.param(Content(text="hi", files=(PICTURE,)), [("hi", 1, False)], id="a caption"),
        pytest.param(
            Content(text="hi", files=(STICKER,)), [("hi", 0, False), ("", 1, False)], id="none under stickers"
        ),
        pytest.param(
            Content(text="x" * (MAX_CAPTION + 1), files=(PICTURE,)),
            [("x" * (MAX_CAPTION + 1), 0, False), ("", 1, False)],
            id="a long one by itself",
        ),
        pytest.param(
            Content(text="hi", files=(PICTURE, PICTURE), buttons=(Button("A", "a"),)),
            [("hi", 0, True), ("", 2, False)],
            id="buttons do not go under albums",
        ),
        pytest.param(
            Content(text="hi", files=(PICTURE,), buttons=(Button("A", "a"),)),
            [("hi", 1, True)],
            id="buttons under one picture",
        ),
        pytest.param(
            Content(files=(PICTURE,), buttons=(Button("A", "a"),)),
            [("…", 0, True), ("", 1, False)],
            id="buttons need words to stand under",
        ),
        pytest.param(Content(text=" \n "), [("…", 0, False)], id="nothing at all is still a message"),
    ],
)
def test_text_files_and_buttons_find_their_places(
    content: Content, shape: list[tuple[str, int, bool]]
) -> None:
    assert [(part.text.text, len(part.files), bool(part.keyboard)) for part in parts(content)] == shape


def test_a_cards_buttons_stay_with_its_first_message() -> None:
    shown = card_parts(Content(text="word " * 2000, buttons=(Button("A", "a"),)))
    assert len(shown) > 1
    assert [bool(part.keyboard) for part in shown] == [True] + [False] * (len(shown) - 1)


def test_short_labels_share_a_row_and_data_says_action_and_subject() -> None:
    buttons = [Button("Yes", "solved", "1:2"), Button("No", "no"), Button("A very long label indeed", "x")]
    markup = keyboard([*buttons, Button("Site", url="https://x.example")])
    assert markup is not None
    rows = markup["inline_keyboard"]
    assert [[button["text"] for button in row] for row in rows] == [
        ["Yes", "No"],
        ["A very long label indeed"],
        ["Site"],
    ]
    assert [rows[0][0]["callback_data"], rows[2][0]["url"]] == ["solved:1:2", "https://x.example"]
    assert keyboard(()) is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([*"ab \n*_`|~[]()>#", "word ", "👩🏽‍🚀", "@tom ", "```\n"]), max_size=3000).map(
        "".join
    ),
    st.text(max_size=200),
    st.integers(0, 3),
)
def test_every_part_keeps_to_telegrams_limits(text: str, title: str, pictures: int) -> None:
    content = Content(text=text, title=title, files=(PICTURE,) * pictures, speaker=Speaker(title))
    for part in parts(content):
        assert part.text.units <= (MAX_CAPTION if part.files else MAX_TEXT)
        for entity in part.text.entities():
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= part.text.units


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Refusal.BLOCKED),
        (Forbidden("Forbidden: user is deactivated"), Refusal.BLOCKED),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), Refusal.BLOCKED),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Refusal.PLACE_GONE),
        (Forbidden("Forbidden: bot is not a member of the channel chat"), Refusal.PLACE_GONE),
        (Forbidden("Forbidden: something else"), Refusal.NOT_ALLOWED),
        (BadRequest("Bad Request: chat not found"), Refusal.PLACE_GONE),
        (BadRequest("Bad Request: message thread not found"), Refusal.PLACE_GONE),
        (BadRequest("Bad Request: TOPIC_ID_INVALID"), Refusal.PLACE_GONE),
        (BadRequest("Bad Request: TOPIC_CLOSED"), Refusal.NOT_ALLOWED),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), Refusal.NOT_ALLOWED),
        (BadRequest("Bad Request: CHAT_WRITE_FORBIDDEN"), Refusal.NOT_ALLOWED),
        (BadRequest("Bad Request: message to edit not found"), Refusal.MESSAGE_GONE),
        (BadRequest("Bad Request: message is too long"), Refusal.TOO_LARGE),
        (BadRequest("Bad Request: something new"), Refusal.INVALID),
        (InvalidToken(), None),
        (MissingError("Not Found"), None),
        (Conflict("Conflict: x"), None),
        (TimedOut(), None),
        (NetworkError("message thread not found"), None),
        (FaultError("the server failed (500)"), None),
        (TelegramError("Request Entity Too Large"), Refusal.TOO_LARGE),
    ],
    ids=str,
)
def test_refusals_are_understood(error: TelegramError, refusal: Refusal | None) -> None:
    assert refusal_of(error) is refusal


@pytest.mark.parametrize(
    ("error", "is_uncertain", "waits"),
    [
        (TimedOut(), True, False),
        (NetworkError("the connection broke off"), True, False),
        (FaultError("the server failed (502)"), True, False),
        (NotReachedError("no connection"), False, False),
        (FloodError(9), False, True),
        (InvalidToken(), False, True),
    ],
    ids=str,
)
def test_what_may_have_arrived_is_uncertain(error: TelegramError, is_uncertain: bool, waits: bool) -> None:
    result = send_error(error)
    assert (result.is_permanent, result.is_uncertain) == (False, is_uncertain)
    assert bool(result.retry_after_seconds) == waits


def test_an_unknown_private_chat_is_one_the_bot_may_not_write_to() -> None:
    assert send_error(BadRequest("chat not found"), is_direct=True).refusal is Refusal.BLOCKED


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_chat_is_not_paced_before_the_server_says_no() -> None:
    pace = Pace(Clock())
    assert [pace.seconds_to_wait("-5") for _ in range(50)] == [0.0] * 50
    assert [pace.seconds_to_wait("5") for _ in range(50)] == [0.0] * 50


def test_a_refusal_holds_the_chat_and_no_other() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.hold("5", 7)
    assert pace.seconds_to_wait("5") == 7
    assert pace.held_seconds("5") == 7
    assert pace.seconds_to_wait("6") == 0
    clock.now += 7
    assert pace.held_seconds("5") == 0
    assert pace.seconds_to_wait("5") == 0


def test_after_a_refusal_a_group_gets_twenty_in_a_minute_and_a_chat_one_a_second() -> None:
    clock = Clock()
    pace = Pace(clock)
    for chat in ("-5", "5"):
        pace.hold(chat, 0)
    assert [pace.seconds_to_wait("-5") for _ in range(21)] == pytest.approx(
        [0.0] * 20 + [60.0 + MARGIN_SECONDS]
    )
    assert [pace.seconds_to_wait("5") for _ in range(2)] == pytest.approx([0.0, 1.0 + MARGIN_SECONDS])
    clock.now += 30
    assert pace.seconds_to_wait("-5") == pytest.approx(30 + MARGIN_SECONDS)
    clock.now += 30 + MARGIN_SECONDS
    assert pace.seconds_to_wait("-5") == 0
    assert pace.seconds_to_wait("5") == 0


def test_what_went_before_the_refusal_counts_and_the_pace_is_forgotten_in_time() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.seconds_to_wait("-5", 10) == 0
    assert pace.seconds_to_wait("-5", 15) == 0
    pace.hold("-5", 3)
    clock.now += 10
    assert pace.seconds_to_wait("-5") == pytest.approx(50 + MARGIN_SECONDS)
    clock.now += PACED_SECONDS
    assert [pace.seconds_to_wait("-5") for _ in range(30)] == [0.0] * 30


def test_what_was_refused_takes_no_place() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert pace.seconds_to_wait("-5", 18) == 0
    for _ in range(30):
        assert pace.seconds_to_wait("-5") == 0
        pace.give_back("-5")
    pace.hold("-5", 3)
    clock.now += 3
    assert [pace.seconds_to_wait("-5") for _ in range(3)] == pytest.approx([0, 0, 57 + MARGIN_SECONDS])


def test_a_name_is_one_line() -> None:
    assert one_line(" Dana\n\u202e Petrova\x00 ") == "Dana Petrova"


MARKERS = Markers("1:token")


def test_a_marker_is_read_back_in_its_own_chat_only() -> None:
    whole = MARKERS.marked(Formatted("question"), "allhands_bot", "5", "form", "a:b", "ü.")
    assert whole.text[1:] == "question"
    assert whole.units == len("question") + 1
    assert MARKERS.words(whole.entities(), "5") == ("form", "a:b", "ü.")
    assert MARKERS.words(whole.entities(), "6") == ()
    assert Markers("2:token").words(whole.entities(), "5") == ()


@pytest.mark.parametrize(
    "entity",
    [
        {},
        {"offset": 0, "url": 7},
        {"offset": 0, "url": "https://t.me/allhands_bot?desk="},
        {"offset": 0, "url": "https://t.me/allhands_bot?desk=a.é"},
        {"offset": 0, "url": "https://example.com/?desk=a.b"},
    ],
)
def test_other_links_are_no_markers(entity: dict[str, object]) -> None:
    assert MARKERS.words([entity], "5") == ()


@pytest.mark.parametrize(
    ("content", "toast"),
    [
        (Content(text="Done, **Ana**."), "Done, Ana."),
        (Content(text="see `code`"), ""),
        (Content(text="x" * (MAX_TOAST + 1)), ""),
        (Content(text=""), ""),
        (Content(text="x", title="T"), ""),
        (Content(text="x", files=(PICTURE,)), ""),
        (Content(text="x", speaker=Speaker("Ana")), ""),
    ],
)
def test_only_a_short_plain_answer_passes_by(content: Content, toast: str) -> None:
    assert toast_of(content) == toast


@pytest.mark.parametrize(
    ("emoji", "allowed"),
    [
        ("👍", "👍"),
        ("👍🏿", "👍"),
        ("❤️", "❤"),
        ("❤️‍🔥", "❤‍🔥"),
        ("🤷🏽‍♀️", "🤷‍♀"),
        ("🪑", None),
        (":shipit:", None),
        ("", None),
    ],
)
def test_reactions_are_spelled_as_telegram_does(emoji: str, allowed: str | None) -> None:
    assert allowed_reaction(emoji) == allowed
