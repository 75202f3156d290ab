"""Contents into Discord's message objects, within its limits."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import in_english
from adapters.discord.commands import Wording, definitions, gist, shortcut_labels
from adapters.discord.errors import send_error
from adapters.discord.interactions import InteractionRef
from adapters.discord.length import width
from adapters.discord.permissions import (
    ADMINISTRATOR,
    LEAST,
    NEEDED,
    VIEW_CHANNEL,
    Overwrite,
    missing,
    permissions_in,
)
from adapters.discord.posting import nonce_of
from adapters.discord.render import render, render_form
from bot.core.commands import Argument, Command, Role
from bot.core.content import Button, Content, FieldKind, FileRef, Form, FormField, Speaker, Tone


def test_nothing_a_content_says_can_ping() -> None:
    for content in (Content("@everyone"), Content("x", title="<@1>")):
        assert all(part.payload["allowed_mentions"] == {"parse": []} for part in render(content))


def test_text_goes_before_files_and_buttons_stand_on_the_last_text() -> None:
    files = tuple(FileRef("slack", str(n), f"{n}.txt", size_bytes=1) for n in range(11))
    text = "\n\n".join("word " * words for words in (350, 200))
    first, second, third = render(Content(text, files=files, buttons=(Button("Ok", "ok"),)))
    assert (first.payload["components"], first.files) == ([], ())
    assert (len(second.files), len(third.files)) == (10, 1)
    assert second.payload["components"][0]["components"][0]["custom_id"] == "ok:"


def test_a_card_keeps_its_buttons_on_the_first_message_and_its_files_apart() -> None:
    content = Content(
        "x " * 4000,
        title="#1",
        fields=(("Customer", "Mia"),),
        tone=Tone.WAITING,
        buttons=(Button("Ok", "ok"),),
        files=(FileRef("slack", "a", "a"),),
    )
    parts = render(content)
    assert parts[0].payload["components"]
    assert [bool(part.files) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert all(not part.payload["components"] for part in parts[1:])


def test_large_files_go_one_by_one() -> None:
    files = tuple(FileRef("slack", str(n), "f", size_bytes=9 * 1024 * 1024) for n in range(3))
    assert [len(part.files) for part in render(Content(files=files))] == [2, 1]


def test_files_alone_are_messages_without_words() -> None:
    [part] = render(Content(files=(FileRef("slack", "a", "a"),)))
    assert part.payload["content"] == ""


def test_buttons_that_discord_would_refuse_are_left_out() -> None:
    buttons = (
        Button("a" * 100, "do", "1"),
        Button("again", "do", "1"),
        Button("bad", url="javascript:alert(1)"),
        Button("long", url="https://x.y/" + "z" * 600),
        Button("", "empty"),
    )
    [part] = render(Content("x", buttons=buttons))
    drawn = part.payload["components"][0]["components"]
    assert [(one["label"][:2], one["custom_id"]) for one in drawn] == [("aa", "do:1"), ("–", "empty:")]
    assert len(drawn[0]["label"]) == 80


def test_at_most_twenty_five_buttons_in_rows_of_five() -> None:
    [part] = render(Content("x", buttons=tuple(Button(str(n), "do", str(n)) for n in range(30))))
    assert [len(row["components"]) for row in part.payload["components"]] == [5] * 5


ANY_TEXT = st.text(max_size=3000)


@given(
    st.builds(
        Content,
        text=ANY_TEXT,
        title=st.text(max_size=400),
        fields=st.lists(st.tuples(st.text(max_size=300), st.text(max_size=1500)), max_size=30).map(tuple),
        footnote=st.text(max_size=800),
        speaker=st.none() | st.builds(Speaker, name=st.text(max_size=100)),
        tone=st.sampled_from(Tone),
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_said_fits_discords_limits(content: Content) -> None:
    for part in render(content):
        assert width(part.payload["content"]) <= 2000
        for embed in part.payload["embeds"]:
            _check_embed(embed)


def _check_embed(embed: dict[str, object]) -> None:
    fields = embed.get("fields") or []
    footer = embed.get("footer") or {}
    author = embed.get("author") or {}
    assert isinstance(fields, list)
    assert isinstance(footer, dict)
    assert isinstance(author, dict)
    texts = [str(embed.get("title", "")), str(embed.get("description", "")), footer.get("text", "")]
    texts += [text for one in fields for text in (one["name"], one["value"])] + [author.get("name", "")]
    assert sum(map(width, texts)) <= 6000
    assert width(texts[0]) <= 256
    assert width(texts[1]) <= 4096
    assert len(fields) <= 25
    assert all(0 < width(one["name"]) <= 256 and 0 < width(one["value"]) <= 1024 for one in fields)


def test_a_form_of_lines_is_drawn_in_rows_and_one_with_a_choice_in_labels() -> None:
    line = FormField("number", "Your number", max_length=9000)
    choice = FormField("topic", "Topic", FieldKind.CHOICE, options=(("a", "Sofa"),))
    rows = render_form(Form("callback", "Call me", "Send", (line,), "7"))
    labels = render_form(Form("ticket", "New", "Send", (line, choice)))
    assert rows["custom_id"] == "callback:7"
    assert rows["components"][0]["components"][0]["max_length"] == 4000
    assert [one["type"] for one in labels["components"]] == [18, 18]
    assert labels["components"][1]["component"]["options"][0]["value"] == "a"


CLAIM = Command(
    "claim",
    "x" * 200,
    Role.AGENT,
    (Argument("a", "A", completes="areas"), Argument("b", "B", is_required=True)),
)


def test_commands_are_registered_for_servers_and_direct_chats_with_required_options_first() -> None:
    claim, *menus = definitions((CLAIM,), "ah-", Wording(lambda _language: in_english, ()))
    assert (claim["name"], len(claim["description"]), claim["contexts"]) == ("ah-claim", 100, [0, 1])
    assert [one["name"] for one in claim["options"]] == ["b", "a"]
    assert claim["options"][1]["autocomplete"]
    assert [one["name"] for one in menus] == ["Open a ticket", "Add as note"]


def test_what_discord_adds_to_a_registration_does_not_count_as_a_change() -> None:
    [mine, *_] = definitions((CLAIM,), "", Wording(lambda _language: in_english, ()))
    theirs = {**mine, "id": "5", "version": "6", "dm_permission": True, "contexts": [1, 0]}
    assert gist(mine) == gist(theirs)
    assert gist(mine) != gist({**theirs, "description": "other"})


def test_old_menu_labels_stay_understood_after_a_change_of_language() -> None:
    labels = shortcut_labels([lambda text: {"Open a ticket": "Otvori zahtjev"}.get(text, text)])
    assert labels["Otvori zahtjev"] == labels["Open a ticket"] == "open_ticket"


def test_a_nonce_is_short_and_differs_from_part_to_part() -> None:
    names = [nonce_of("a" * 25, number) for number in range(4)]
    assert len(set(names)) == 4
    assert all(len(name) <= 25 for name in names)
    assert names == [nonce_of("a" * 25, number) for number in range(4)]


def test_a_handle_survives_the_way_through_the_storage() -> None:
    ref = InteractionRef("1", "2", "token", has_source=True, custom_id="claim:1")
    handle = ref.handle(datetime(2026, 11, 22, tzinfo=UTC))
    assert InteractionRef.decode(handle.token) == ref
    assert handle.expires_at == datetime(2026, 11, 22, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize("token", ["", "x", "[]", '["1"]', '{"a": 1}', '["1","2","3","4","5"]'])
def test_a_handle_of_another_making_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="handle"):
        InteractionRef.decode(token)


GUILD, OWNER, ROLE, PERSON = "1", "2", "3", "4"
SEND = 1 << 11


def _granted(
    roles: dict[str, int],
    overwrites: tuple[Overwrite, ...],
    user: str = PERSON,
    mine: tuple[str, ...] = (ROLE,),
) -> int:
    return permissions_in(
        guild_id=GUILD,
        owner_id=OWNER,
        role_permissions=roles,
        overwrites=overwrites,
        user_id=user,
        user_roles=mine,
    )


@pytest.mark.parametrize(
    ("roles", "overwrites", "granted"),
    [
        pytest.param({GUILD: VIEW_CHANNEL}, (), VIEW_CHANNEL, id="everyone's rights are everyone's"),
        pytest.param({GUILD: VIEW_CHANNEL, ROLE: SEND}, (), VIEW_CHANNEL | SEND, id="roles add to them"),
        pytest.param(
            {GUILD: VIEW_CHANNEL}, (Overwrite(GUILD, False, 0, VIEW_CHANNEL),), 0, id="a private channel"
        ),
        pytest.param(
            {GUILD: VIEW_CHANNEL},
            (Overwrite(GUILD, False, 0, VIEW_CHANNEL), Overwrite(ROLE, False, VIEW_CHANNEL, 0)),
            VIEW_CHANNEL,
            id="a private channel opened to a role",
        ),
        pytest.param(
            {GUILD: VIEW_CHANNEL},
            (Overwrite(ROLE, False, VIEW_CHANNEL, 0), Overwrite(PERSON, True, 0, VIEW_CHANNEL)),
            0,
            id="what is said of the person counts last",
        ),
        pytest.param({GUILD: SEND, ROLE: 0}, (), 0, id="who cannot see a channel can do nothing in it"),
    ],
)
def test_permissions_as_discord_computes_them(
    roles: dict[str, int], overwrites: tuple[Overwrite, ...], granted: int
) -> None:
    assert _granted(roles, overwrites) == granted


def test_owners_and_administrators_may_do_everything() -> None:
    closed = (Overwrite(GUILD, False, 0, VIEW_CHANNEL),)
    assert _granted({GUILD: 0}, closed, OWNER) & VIEW_CHANNEL
    assert missing(_granted({GUILD: 0, ROLE: ADMINISTRATOR}, closed)) == []
    assert missing(LEAST) == []
    assert missing(LEAST & ~SEND) == ["Send Messages"]


def test_the_documentation_lists_the_permissions_that_are_asked_for() -> None:
    text = (Path(__file__).parents[4] / "docs" / "discord.md").read_text()
    for name, (bit, why) in NEEDED.items():
        assert f"| {name} | `1 << {bit.bit_length() - 1}` | {why} |" in text
    assert f"`{LEAST}`" in text


def test_a_connection_that_never_came_about_leaves_nothing_uncertain() -> None:
    assert not send_error(ConnectionRefusedError()).is_uncertain
    assert send_error(ConnectionResetError()).is_uncertain
    assert send_error(TimeoutError()).is_uncertain


def test_what_is_told_with_a_title_stands_in_the_words_of_the_message() -> None:
    """Embeds can be switched off, and no notification shows one."""
    source = "Source: [Delivery](https://a.example)"
    (part,) = render(Content("It takes *two* days.", title="Delivery #1", footnote=source))
    told = "**Delivery #1**\n\nIt takes *two* days.\n-# Source: [Delivery](https://a.example)"
    assert (part.payload["content"], part.payload["embeds"]) == (told, [])


def test_a_card_says_in_words_what_it_is_and_whom_it_is_about() -> None:
    """Each once: who sees the card sees the words above it."""
    fields = (("Customer", "Mia *of* <@1> Lund"), ("State", "waiting"))
    (part,) = render(Content("**Mia:** Hello", title="#12 My <@2> sofa", fields=fields, tone=Tone.WAITING))
    words = "🟡 **#12 My \\<@2> sofa**\nCustomer: Mia *of* \\<@1> Lund"
    (embed,) = part.payload["embeds"]
    assert (part.payload["content"], "title" in embed) == (words, False)
    assert [one["name"] for one in embed["fields"]] == ["State"]
    assert part.payload["allowed_mentions"] == {"parse": []}


def test_a_card_that_is_all_said_in_words_has_no_empty_frame() -> None:
    (part,) = render(Content(title="#12 Sofa", fields=(("Customer", "Mia"),)))
    assert (part.payload["content"], part.payload["embeds"]) == ("**#12 Sofa**\nCustomer: Mia", [])


def test_no_page_is_shown_below_a_card_for_an_address_in_its_title() -> None:
    (part,) = render(Content("x", title="#12 https://a.example/b_c?", fields=(("State", "waiting"),)))
    assert part.payload["content"] == "**#12 <https://a.example/b_c?>**\nState: waiting"
    # Only so the card itself is shown.
    assert "flags" not in part.payload


def test_a_value_too_long_for_a_line_stays_in_the_card() -> None:
    (part,) = render(Content("x", title="#12", fields=(("Customer", "Mia " * 100),)))
    assert part.payload["content"] == "**#12**"
    assert [one["name"] for one in part.payload["embeds"][0]["fields"]] == ["Customer"]


def test_a_call_for_help_is_words_that_a_notification_shows() -> None:
    (part,) = render(Content("**Sam** asks for help.\n\n> It burns", title="All hands!", tone=Tone.ALERT))
    told = "🔴 **All hands!**\n\n**Sam** asks for help.\n\n> It burns"
    assert (part.payload["content"], part.payload["embeds"]) == (told, [])


def test_small_print_of_nothing_is_nothing() -> None:
    (part,) = render(Content("It takes two days.", footnote=" "))
    assert part.payload["content"] == "It takes two days."


def test_small_print_that_does_not_fit_stands_alone() -> None:
    parts = render(
        Content("x" * 1995, title="", footnote="Source: the manual", buttons=(Button("Ok", "ok"),))
    )
    assert [one.payload["content"][-20:] for one in parts] == ["x" * 20, "-# Source: the manual"[-20:]]
    assert [bool(one.payload["components"]) for one in parts] == [False, True]


def test_a_footnote_of_a_card_keeps_its_link_because_footers_have_none() -> None:
    (part,) = render(
        Content(
            "It takes two days.",
            title="Delivery",
            fields=(("About", "parcels"),),
            footnote="Source: [Delivery](https://a.example)",
            tone=Tone.ALERT,
        )
    )
    embed = part.payload["embeds"][0]
    assert embed["description"] == "It takes two days.\n\n-# Source: [Delivery](https://a.example)"
    assert "footer" not in embed
