"""One update of the Bot API to the events it stands for: pure."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from adapters.fields import mapping, mappings, number
from adapters.telegram.chats import is_direct, is_in_topic
from adapters.telegram.hearing import PLATFORM, START, Hearing
from adapters.telegram.media import files_of
from adapters.telegram.moments import time_of
from adapters.telegram.names import mentioned, one_line
from adapters.telegram.special import unknown, words_of
from adapters.telegram.text_in import to_commonmark
from bot.core.content import FileRef
from bot.core.events import (
    Author,
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    Handle,
    MessageEdited,
    MessageReceived,
    PinChanged,
    ReachabilityChanged,
    ReactionChanged,
)
from bot.core.places import Identity, MessageAt, Place

Payload = Mapping[str, Any]

CARD_THREAD = "card:"
"""In a staff group without topics: the exchange under the card with this message id."""
FORM = "form"
"""A marker's first word: form, name, subject, field, person."""
CARD = "card"
"""A marker's first word: this message is a card. With a message id behind it: it belongs to that card."""
CHOICE = "~choose"
"""The action of a button that answers a form."""
MESSAGE_HANDLE, PRESS_HANDLE = "message:", "press:"

_COMMAND = re.compile(r"/([A-Za-z0-9_-]{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_AWAY = timedelta(seconds=5)


def events_of(update: Payload, hearing: Hearing, now: datetime) -> list[Event]:
    """Nothing for what the bot does not listen to. Raises KeyError and its like on a malformed update."""
    if message := update.get("message"):
        return _message(message, hearing, now)
    if edited := update.get("edited_message"):
        return _edited(edited, hearing, now)
    if query := update.get("callback_query"):
        return _press(query, hearing, now)
    if reaction := update.get("message_reaction"):
        return _reactions(reaction, hearing, now)
    if membership := update.get("my_chat_member"):
        return _reachability(membership, now)
    return []


def author_of(user: Payload, chat: str = "", hearing: Hearing | None = None) -> Author:
    name = one_line(f"{user.get('first_name') or ''} {user.get('last_name') or ''}")
    handle = str(user.get("username") or "")
    return Author(
        identity=Identity(PLATFORM, "", str(user["id"])),
        name=name or handle or str(user["id"]),
        handle=handle,
        language=str(user.get("language_code") or "").partition("-")[0].lower()[:3],
        is_bot=bool(user.get("is_bot")),
        is_in_staff_space=True if hearing and chat and chat == hearing.staff else None,
        is_colleague=hearing is not None and chat in hearing.colleagues,
    )


def place_of(message: Payload, person: int, hearing: Hearing) -> Place:
    """Where an exchange about this message lives."""
    chat = str(message["chat"]["id"])
    if is_direct(message["chat"]):
        return Place(PLATFORM, channel=chat, is_direct=True)
    thread = str(message["message_thread_id"]) if is_in_topic(message) else ""
    if chat == hearing.staff:
        return Place(PLATFORM, channel=chat, thread=thread or _card_thread(message, chat, hearing))
    return Place(PLATFORM, channel=chat, thread=thread, person=str(person))


def _card_thread(message: Payload, chat: str, hearing: Hearing) -> str:
    answered = mapping(message, "reply_to_message") or message
    words = _marker(answered, chat, hearing)
    if words[:1] != (CARD,):
        return ""
    return CARD_THREAD + (words[1] if len(words) > 1 else str(answered.get("message_id")))


def _marker(message: Payload, chat: str, hearing: Hearing) -> tuple[str, ...]:
    entities = mappings(message, "entities") or mappings(message, "caption_entities")
    is_own = mapping(message, "from").get("id") == hearing.bot_id
    words = hearing.markers.words(entities, chat) if is_own else ()
    return words or hearing.remembered(chat, str(message.get("message_id")))


def _message(message: Payload, hearing: Hearing, now: datetime) -> list[Event]:
    user = message.get("from") or {}
    if not user or user.get("is_bot"):
        return []
    place = place_of(message, user["id"], hearing)
    if pinned := message.get("pinned_message"):
        return _pin(message, pinned, place, hearing, now)
    if (typed := _command(message, place, hearing, now)) is not None:
        return typed
    is_to_bot = place.is_direct or _is_to_bot(message, hearing)
    if not (is_to_bot or hearing.is_ours(place)):
        return []
    text, files = _content(message, hearing)
    if not text and not files:
        return []
    if submitted := _form(message, place, hearing, now):
        return [submitted]
    at = time_of(message.get("date"), now)
    return [
        MessageReceived(
            id=f"telegram:message:{place.channel}:{message['message_id']}",
            at=at,
            place=place,
            message=MessageAt(place, str(message["message_id"])),
            author=author_of(user, place.channel, hearing),
            text=text,
            files=files,
            reply_to=_reply_to(message, place),
            is_to_bot=is_to_bot,
            album=str(message.get("media_group_id") or ""),
            forwarded_from=_origin(mapping(message, "forward_origin")),
            is_backfilled=hearing.started_at is not None and at < hearing.started_at - _AWAY,
            mentions=mentioned(message),
        )
    ]


def _pin(message: Payload, pinned: Payload, place: Place, hearing: Hearing, now: datetime) -> list[Event]:
    """The line that Telegram writes when somebody pins a message; of the opposite it says nothing."""
    if not (place.is_direct or hearing.is_ours(place)):
        return []
    return [
        PinChanged(
            id=f"telegram:pin:{place.channel}:{message['message_id']}",
            at=time_of(message.get("date"), now),
            message=MessageAt(place, str(pinned["message_id"])),
            is_on=True,
            author=author_of(message["from"], place.channel, hearing),
        )
    ]


def _command(message: Payload, place: Place, hearing: Hearing, now: datetime) -> list[Event] | None:
    """None when the message is no command; an empty list when it is one for somebody else."""
    files = files_of(message)
    # Under a picture it is one as well: a note there is meant for the team as much as anywhere.
    typed = str(message.get("text") or message.get("caption") or "")
    found = _COMMAND.fullmatch(typed) if typed.startswith("/") else None
    if found is None:
        return None
    addressee = (found[2] or "").lower()
    if addressee and addressee != hearing.username.lower():
        return []
    name = hearing.command(found[1], is_direct=place.is_direct or bool(addressee))
    if name == START and not place.is_direct:
        return []
    if not name:
        # Without a name behind it, an unknown command in public may be for any bot there.
        is_ours = bool(addressee) or place.is_direct or place.channel == hearing.staff or bool(files)
        return None if is_ours else []
    at = MessageAt(place, str(message["message_id"]))
    return [
        CommandGiven(
            id=f"telegram:command:{place.channel}:{at.id}",
            at=time_of(message.get("date"), now),
            place=place,
            author=author_of(message["from"], place.channel, hearing),
            name=name,
            arguments=(found[3] or "").strip(),
            handle=Handle(PLATFORM, MESSAGE_HANDLE + at.id),
            message=at,
            files=files,
        )
    ]


def _form(message: Payload, place: Place, hearing: Hearing, now: datetime) -> FormSubmitted | None:
    answered = mapping(message, "reply_to_message")
    typed = str(message.get("text") or "").strip()
    if not answered or not typed:
        return None
    words = _marker(answered, place.channel, hearing)
    author = author_of(message["from"], place.channel, hearing)
    if len(words) != 5 or words[0] != FORM or words[4] != author.identity.external_id:
        return None
    _, name, subject, field, _ = words
    return FormSubmitted(
        id=f"telegram:form:{place.channel}:{message['message_id']}",
        at=time_of(message.get("date"), now),
        place=place,
        author=author,
        name=name,
        subject=subject,
        values={field: typed},
        handle=Handle(PLATFORM, f"{MESSAGE_HANDLE}{message['message_id']}"),
    )


def _edited(message: Payload, hearing: Hearing, now: datetime) -> list[Event]:
    user = message.get("from") or {}
    if not user or user.get("is_bot"):
        return []
    place = place_of(message, user["id"], hearing)
    if not (place.is_direct or _is_to_bot(message, hearing) or hearing.is_ours(place)):
        return []
    text, files = _content(message, hearing)
    if not text and not files:
        return []
    edited_at = message.get("edit_date") or message.get("date")
    # Two edits within one second differ in nothing but what they say.
    print_ = blake2s(
        repr((text, [file.id for file in files])).encode(errors="replace"), digest_size=6
    ).hexdigest()
    return [
        MessageEdited(
            id=f"telegram:edit:{place.channel}:{message['message_id']}:{edited_at}:{print_}",
            at=time_of(edited_at, now),
            message=MessageAt(place, str(message["message_id"])),
            author=author_of(user, place.channel, hearing),
            text=text,
            files=files,
            mentions=mentioned(message),
            # While it is shared it moves every few seconds; the edit that ends it has no period any more.
            is_passing=bool(mapping(message, "location").get("live_period")),
            forwarded_from=_origin(mapping(message, "forward_origin")),
        )
    ]


def _press(query: Payload, hearing: Hearing, now: datetime) -> list[Event]:
    message, data = query.get("message"), query.get("data")
    if not message or not data or query["from"].get("is_bot"):
        return []
    place = place_of(message, query["from"]["id"], hearing)
    author = author_of(query["from"], place.channel, hearing)
    action, _, subject = str(data).partition(":")
    id_, handle = str(query["id"]), Handle(PLATFORM, f"{PRESS_HANDLE}{query['id']}")
    words = _marker(message, place.channel, hearing) if action == CHOICE else ()
    if len(words) == 5 and words[0] == FORM and words[4] == author.identity.external_id:
        values = {words[3]: subject}
        return [
            FormSubmitted(f"telegram:press:{id_}", now, place, author, words[1], words[2], values, handle)
        ]
    return [
        ButtonPressed(
            id=f"telegram:press:{id_}",
            at=now,
            place=place,
            author=author,
            action=action,
            subject=subject,
            handle=handle,
            message=MessageAt(place, str(message["message_id"])),
        )
    ]


def _reactions(reaction: Payload, hearing: Hearing, now: datetime) -> list[Event]:
    user = reaction.get("user")
    if not user or user.get("is_bot"):
        return []
    chat = reaction["chat"]
    channel = str(chat["id"])
    # A reaction does not say in which topic it is, but a message's id is unique in its chat.
    message = MessageAt(
        Place(PLATFORM, channel=channel, is_direct=is_direct(chat)), str(reaction["message_id"])
    )
    before, after = _emoji(reaction.get("old_reaction")), _emoji(reaction.get("new_reaction"))
    changes = [(emoji, False) for emoji in before if emoji not in after]
    changes += [(emoji, True) for emoji in after if emoji not in before]
    return [
        ReactionChanged(
            id=f"telegram:reaction:{channel}:{message.id}:{user['id']}:{emoji}"
            f":{'on' if is_on else 'off'}:{reaction.get('date')}",
            at=time_of(reaction.get("date"), now),
            message=message,
            author=author_of(user, channel, hearing),
            emoji=emoji,
            is_on=is_on,
        )
        for emoji, is_on in changes
    ]


def _emoji(reactions: Any) -> list[str]:
    # Custom and paid reactions have no character that another platform could show.
    return [str(reaction["emoji"]) for reaction in reactions or () if reaction.get("type") == "emoji"]


def _reachability(membership: Payload, now: datetime) -> list[Event]:
    if not is_direct(membership["chat"]):
        return []
    status = membership["new_chat_member"]["status"]
    return [
        ReachabilityChanged(
            id=f"telegram:reach:{membership['from']['id']}:{membership.get('date')}:{status}",
            at=time_of(membership.get("date"), now),
            author=author_of(membership["from"]),
            is_reachable=status not in ("kicked", "left"),
        )
    ]


def _content(message: Payload, hearing: Hearing) -> tuple[str, tuple[FileRef, ...]]:
    """Text and files; what can be shown as neither is told in words. ("", ()) when nobody wrote it."""
    text, files = _text(message, hearing), files_of(message)
    return text or ("" if files else unknown(message, hearing.texts)), files


def _text(message: Payload, hearing: Hearing) -> str:
    """What was said in CommonMark, with the passage it answers before it when the person chose one."""
    if "text" in message:
        said = _said(message, "text", "entities", hearing)
    else:
        beside = words_of(message, hearing.texts)
        caption = _said(message, "caption", "caption_entities", hearing) if "caption" in message else ""
        said = "\n\n".join(filter(None, (caption, beside)))
    quote = mapping(message, "quote")
    if said and quote.get("text") and (quote.get("is_manual") or message.get("external_reply")):
        quoted = to_commonmark(str(quote["text"]), mappings(quote, "entities"))
        said = "".join(f"> {line}\n" for line in quoted.split("\n")) + "\n" + said
    return said


def _said(message: Payload, key: str, entities_key: str, hearing: Hearing) -> str:
    text, entities = str(message[key]).replace("\x00", ""), mappings(message, entities_key)
    mention = f"@{hearing.username}"
    if hearing.username and text[: len(mention)].lower() == mention.lower():
        # Calling the bot by its name is no part of the question.
        rest = text[len(mention) :].lstrip(" \t\n,:;")
        cut = len(text) - len(rest)
        if rest and not text[len(mention)].isalnum() and text[len(mention)] != "_":
            text = rest
            entities = [_moved(entity, cut) for entity in entities]
    return to_commonmark(text, entities)


def _moved(entity: Payload, by: int) -> Payload:
    """The entity of a text whose first characters are gone; one that is gone with them has no length."""
    start = int(number(entity, "offset")) - by
    end = start + int(number(entity, "length"))
    return {**entity, "offset": max(0, start), "length": max(0, end) - max(0, start)}


def _is_to_bot(message: Payload, hearing: Hearing) -> bool:
    answered = mapping(message, "reply_to_message")
    if "forum_topic_created" not in answered and mapping(answered, "from").get("id") == hearing.bot_id:
        return True
    text = str(message.get("text") or message.get("caption") or "")
    entities = mappings(message, "entities") or mappings(message, "caption_entities")
    if any(mapping(entity, "user").get("id") == hearing.bot_id for entity in entities):
        return True
    pattern = rf"(?<!\w)@{re.escape(hearing.username)}(?!\w)"
    return bool(hearing.username) and re.search(pattern, text, re.IGNORECASE) is not None


def _reply_to(message: Payload, place: Place) -> MessageAt | None:
    answered = mapping(message, "reply_to_message")
    # In a topic every message hangs on the service message that opened it.
    id_ = str(answered.get("message_id") or "")
    if not id_.isdecimal() or "forum_topic_created" in answered or id_ == place.thread:
        return None
    return MessageAt(place, id_)


def _origin(origin: Payload) -> str:
    user = mapping(origin, "sender_user")
    chat = mapping(origin, "sender_chat") or mapping(origin, "chat")
    names = (
        f"{user.get('first_name') or ''} {user.get('last_name') or ''}".strip(),
        origin.get("sender_user_name"),
        chat.get("title"),
        chat.get("username"),
    )
    return one_line(str(next((name for name in names if name), "")))
