"""What a Telegram message says that is neither text nor file: a place, a contact, a poll, a gift; told in words.

Fields: https://core.telegram.org/bots/api#message
"""

from collections.abc import Callable, Mapping
from typing import Any

from adapters import Translate
from adapters.fields import mapping, mappings, number, words
from adapters.telegram.names import one_line
from adapters.telegram.rich import rich_to_commonmark
from adapters.telegram.text_in import to_commonmark
from bot.core.texts import mark

Payload = Mapping[str, Any]
Teller = Callable[[Payload, Translate], str]

_WHOLE_AMOUNTS = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF XTR".split())
"""Currencies that are not counted in hundredths; XTR are Telegram Stars."""
_SERVICE = (
    *(
        "new_chat_",
        "left_chat_",
        "delete_chat_",
        "group_chat_",
        "supergroup_chat_",
        "channel_chat_",
        "chat_owner_",
    ),
    *(
        "message_auto_",
        "migrate_",
        "pinned_",
        "connected_",
        "write_access_",
        "proximity_",
        "boost_",
        "checklist_",
    ),
    *(
        "direct_message_",
        "forum_topic_",
        "general_forum_",
        "giveaway_",
        "managed_bot_",
        "paid_message_",
        "poll_",
    ),
    *("video_chat_", "gift_upgrade_", "chat_background_"),
    # Beside these there is suggested_post_info, which stands on what people wrote.
    *(f"suggested_post_{what}" for what in ("approv", "declined", "paid", "refunded")),
)
"""How the fields of messages begin that Telegram itself puts into a chat; nobody wrote them."""
_CANNOT_SHOW = mark("(something that cannot be shown here; it is in the original chat on Telegram)")


def words_of(message: Payload, texts: Translate) -> str:
    """In CommonMark what is neither text nor file; "" for the rest, and for files, which are seen themselves."""
    for key, tell in _BESIDE.items():
        if found := mapping(message, key):
            return tell(found, texts)
    for key, tell in _TOLD.items():
        if message.get(key) is not None:
            # What cannot be read is still said to be there.
            return tell(mapping(message, key), texts) or to_commonmark(texts(_CANNOT_SHOW))
    return ""


def unknown(message: Payload, texts: Translate) -> str:
    """What to say of a message in which nothing was found to show; "" when nobody wrote it."""
    if any(key.startswith(_SERVICE) for key in message):
        return ""
    return to_commonmark(texts(_CANNOT_SHOW))


def _line(sign: str, *parts: str) -> str:
    return to_commonmark(" ".join([sign, *filter(None, (one_line(part) for part in parts))]))


def _location(found: Payload, texts: Translate) -> str:
    latitude, longitude = number(found, "latitude"), number(found, "longitude")
    shown = f"{latitude:.5f}, {longitude:.5f}"
    link = f"📍 [{shown}](https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f})"
    if not found.get("live_period"):
        return link
    # Where it moves to is told by edits, which follow as edits do.
    return f"{link} " + to_commonmark(texts("(live location)"))


def _venue(found: Payload, texts: Translate) -> str:
    names = (one_line(words(found, key)) for key in ("title", "address"))
    place = _location(mapping(found, "location"), texts)
    return "\n".join([*(to_commonmark(name) for name in names if name), place])


def _contact(found: Payload, _texts: Translate) -> str:
    name = one_line(f"{words(found, 'first_name')} {words(found, 'last_name')}")
    return to_commonmark("👤 " + ", ".join(filter(None, (name, one_line(words(found, "phone_number"))))))


def _poll(found: Payload, _texts: Translate) -> str:
    options = (to_commonmark(one_line(words(option, "text"))) for option in mappings(found, "options"))
    return "\n".join([_line("📊", words(found, "question")), *(f"▫️ {option}" for option in options)])


def _checklist(found: Payload, _texts: Translate) -> str:
    title = _spoken_line(found, "title", "title_entities")
    return "\n".join([f"📋 {title}", "", *map(_task, mappings(found, "tasks"))])


def _task(found: Payload) -> str:
    box = "[x]" if found.get("completion_date") else "[ ]"
    return f"- {box} {_spoken_line(found, 'text', 'text_entities')}"


def _spoken_line(found: Payload, key: str, entities: str) -> str:
    return to_commonmark(words(found, key).replace("\n", " "), mappings(found, entities))


def _dice(found: Payload, _texts: Translate) -> str:
    return _line(words(found, "emoji") or "🎲", f"{number(found, 'value'):.0f}")


def _game(found: Payload, _texts: Translate) -> str:
    lines = (_line("🎮", words(found, "title")), to_commonmark(one_line(words(found, "description"))))
    return "\n".join(filter(None, lines))


def _invoice(found: Payload, _texts: Translate) -> str:
    title = one_line(words(found, "title"))
    return _line("🧾", ", ".join(filter(None, (title, _amount(found)))))


def _amount(found: Payload) -> str:
    currency, units = one_line(words(found, "currency"))[:8], number(found, "total_amount")
    shown = f"{units:.0f}" if currency in _WHOLE_AMOUNTS else f"{units / 100:.2f}"
    return f"{shown} {currency}" if currency else ""


def _payment(found: Payload, _texts: Translate) -> str:
    return _line("💳", _amount(found))


def _refund(found: Payload, _texts: Translate) -> str:
    return _line("↩️ 💳", _amount(found))


def _story(found: Payload, texts: Translate) -> str:
    chat = mapping(found, "chat")
    name = one_line(words(chat, "title") or words(chat, "first_name"))
    return _line("📖", texts("a story of {name}", name=name) if name else texts("a story"))


def _gift(found: Payload, texts: Translate) -> str:
    return _line("🎁", words(found, "text") or texts("a gift"))


def _unique_gift(found: Payload, texts: Translate) -> str:
    gift = mapping(found, "gift")
    named = f"{words(gift, 'base_name')} #{number(gift, 'number'):.0f}"
    return _line("🎁", named if words(gift, "base_name") else texts("a gift"))


def _giveaway(found: Payload, texts: Translate) -> str:
    return _line("🎁", texts("a giveaway"), words(found, "prize_description"))


def _paid_media(found: Payload, texts: Translate) -> str:
    """What can be seen without paying is a file; the rest is only said to be there."""
    if not any(one.get("type") == "preview" for one in mappings(found, "paid_media")):
        return ""
    price = f"{number(found, 'star_count'):.0f}"
    return _line("⭐", texts("paid media for {n} stars, which cannot be shown here", n=price))


def _users(found: Payload, _texts: Translate) -> str:
    def named(one: Payload) -> str:
        name = one_line(f"{words(one, 'first_name')} {words(one, 'last_name')}")
        return name or f"{number(one, 'user_id'):.0f}"

    return _line("👥", ", ".join(named(one) for one in mappings(found, "users")))


def _chat(found: Payload, _texts: Translate) -> str:
    return _line("💬", words(found, "title") or f"{number(found, 'chat_id'):.0f}")


def _web_app(found: Payload, _texts: Translate) -> str:
    return _line("📲", words(found, "button_text")) + "\n" + to_commonmark(words(found, "data")[:4000])


def _passport(_found: Payload, texts: Translate) -> str:
    return _line("🪪", texts("Telegram Passport data, which cannot be shown here"))


def _sticker(found: Payload, _texts: Translate) -> str:
    # Only the one that moves and has no still picture is nothing to look at elsewhere.
    is_seen = not found.get("is_animated") or mapping(found, "thumbnail")
    return "" if is_seen else to_commonmark(words(found, "emoji"))


def _rich(found: Payload, _texts: Translate) -> str:
    return rich_to_commonmark(found)


_BESIDE: dict[str, Teller] = {"sticker": _sticker, "paid_media": _paid_media}
"""Of these the file is what is seen, mostly; words are beside it where it does not do alone."""
_TOLD: dict[str, Teller] = {
    "rich_message": _rich,
    # The venue comes before the location: it is sent along as one too.
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": _dice,
    "game": _game,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _refund,
    "story": _story,
    "gift": _gift,
    "unique_gift": _unique_gift,
    "giveaway": _giveaway,
    "users_shared": _users,
    "chat_shared": _chat,
    "web_app_data": _web_app,
    "passport_data": _passport,
}
