"""What people do on Telegram: write, edit, react, press buttons, open topics, come and go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.surface import SurfaceError, Upload
from sandbox.telegram import history, utf16
from sandbox.telegram.formatting import clean_name, fix_formatted_text
from sandbox.telegram.history import Draft
from sandbox.telegram.images import image_size
from sandbox.telegram.inputs import LONGEST_CAPTION, LONGEST_TEXT, formatted_fields
from sandbox.telegram.markup_typed import parse_typed
from sandbox.telegram.media import LARGEST_PHOTO_BYTES, Medium, medium_content
from sandbox.telegram.model import GENERAL_TOPIC, Chat, FormattedText, Member, Message, Topic, User
from sandbox.telegram.reactions import BOT_EMOJI
from sandbox.telegram.rooms import number_of, split_room
from sandbox.telegram.state import TelegramState
from sandbox.telegram.topic_methods import ICON_COLORS, LONGEST_NAME
from sandbox.telegram.views import user_json

MOST_IN_ALBUM = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a chat and topic."""

    user: User
    chat: Chat
    topic_id: int


def find_user(state: TelegramState, person: str) -> User:
    user = state.users.get(number_of(person))
    if user is None or user.is_bot:
        raise SurfaceError(f"There is no person {person} on Telegram; people() lists them.")
    return user


def find_place(state: TelegramState, person: str, room: str) -> Place:
    """Where a person stands, or SurfaceError when they cannot see that room."""
    user = find_user(state, person)
    try:
        chat_id, topic_id = split_room(room)
    except ValueError as error:
        raise SurfaceError(f"{room} is no room of Telegram; rooms() lists them.") from error
    chat = state.chats.get(chat_id)
    is_visible = chat is not None and (chat.id == user.id or chat.member(user.id).is_in)
    if chat is None or not is_visible:
        raise SurfaceError(f"{user.name} is not in room {room}.")
    if chat.is_forum:
        topic_id = topic_id or GENERAL_TOPIC
        if topic_id not in chat.topics:
            raise SurfaceError(f"The topic {room} was deleted.")
    return Place(user, chat, topic_id)


def find_message(place: Place, message: str) -> Message:
    found = place.chat.messages.get(number_of(message))
    if found is None:
        raise SurfaceError(f"There is no message {message} in {place.chat.title or place.user.name}.")
    return found


def check_may_write(state: TelegramState, place: Place) -> None:
    if place.chat.id in state.blocked:
        raise SurfaceError("You blocked this bot; unblock it to write to it.")
    if not place.chat.is_forum:
        return
    topic = place.chat.topics[place.topic_id]
    may_write = topic.creator_id == place.user.id or place.chat.member(place.user.id).may("can_manage_topics")
    if topic.is_closed and not may_write:
        raise SurfaceError(f"The topic {topic.name} is closed.")


def say(
    state: TelegramState,
    place: Place,
    text: str,
    files: Sequence[Upload],
    reply_to: str,
    quote: str = "",
    formatted: FormattedText | None = None,
) -> list[Message]:
    """Write as the app does: markup taken out, long texts split, several files as albums."""
    check_may_write(state, place)
    answered = find_message(place, reply_to).id if reply_to else 0
    quoted = _quote(place, answered, quote) if quote else None
    if place.chat.type == "private":
        state.started.add(place.user.id)
    draft = Draft(content={}, topic_id=place.topic_id, reply_to=answered, quote=quoted)
    if files:
        return _send_files(state, place, draft, formatted or parse_typed(text), files)
    parts = [formatted] if formatted is not None else [parse_typed(part) for part in _split(text)]
    sent = []
    for part in parts:
        fixed = fix_formatted_text(part, is_empty_allowed=True)
        if not fixed.text:
            continue
        content = formatted_fields(state, fixed, "text", "entities")
        sent.append(history.post(state, place.chat, place.user.id, replace(draft, content=content)))
    if not sent:
        raise SurfaceError("There is nothing to send: write something or add a file.")
    return sent


def _split(text: str) -> list[str]:
    """Parts of at most 4,096 units, cut between lines or words where that is possible."""
    parts: list[str] = []
    while utf16.length(text) > LONGEST_TEXT:
        end = next(at for at, offset in enumerate(utf16.positions(text)) if offset > LONGEST_TEXT) - 1
        cut = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end))
        cut = cut if cut > 0 else end
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def _quote(place: Place, answered: int, quote: str) -> dict[str, Any]:
    if not answered:
        raise SurfaceError("A quotation belongs to a reply: say what you reply to.")
    source = history.plain_text(place.chat.messages[answered])
    at = source.find(quote)
    if at < 0:
        raise SurfaceError("The message does not contain the quoted words.")
    return {"text": quote, "position": utf16.length(source[:at]), "is_manual": True}


def _send_files(
    state: TelegramState, place: Place, draft: Draft, caption: FormattedText, files: Sequence[Upload]
) -> list[Message]:
    fixed = fix_formatted_text(caption, is_empty_allowed=True)
    if utf16.length(fixed.text) > LONGEST_CAPTION:
        raise SurfaceError(f"A caption has at most {LONGEST_CAPTION} characters; send the text by itself.")
    fields = formatted_fields(state, fixed, "caption", "caption_entities")
    contents = [(kind, medium_content(Medium(kind, stored, {}))) for kind, stored in _stored(state, files)]
    contents[0][1].update(fields)
    sent: list[Message] = []
    for album in _albums(contents):
        group = state.new_album_id() if len(album) > 1 else ""
        for content in album:
            posted = replace(draft, content=content, media_group_id=group)
            sent.append(history.post(state, place.chat, place.user.id, posted))
    return sent


def _stored(state: TelegramState, files: Sequence[Upload]) -> list[tuple[str, Any]]:
    stored = []
    for upload in files:
        if not upload.content:
            raise SurfaceError(f"The file {upload.name} is empty, and Telegram sends no empty files.")
        kind = kind_of(upload)
        stored.append((kind, state.files.add(kind, upload.name, upload.mime, upload.content)))
    return stored


def kind_of(upload: Upload) -> str:
    """As what the app sends a file that somebody drops into it."""
    if upload.mime in {"image/jpeg", "image/png", "image/webp"}:
        is_photo = image_size(upload.content) is not None and len(upload.content) <= LARGEST_PHOTO_BYTES
        return "photo" if is_photo else "document"
    if upload.mime == "image/gif":
        return "animation"
    if upload.mime == "video/mp4":
        return "video"
    if upload.mime in {"audio/ogg", "audio/opus"}:
        return "voice"
    return "audio" if upload.mime in {"audio/mpeg", "audio/mp4", "audio/x-m4a"} else "document"


def _albums(contents: list[tuple[str, dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Neighbours that may share an album, ten at most; the rest one by one."""
    albums: list[tuple[str, list[dict[str, Any]]]] = []
    for kind, content in contents:
        family = "visual" if kind in {"photo", "video"} else kind
        can_share = family in {"visual", "document", "audio"}
        if can_share and albums and albums[-1][0] == family and len(albums[-1][1]) < MOST_IN_ALBUM:
            albums[-1][1].append(content)
        else:
            albums.append((family, [content]))
    return [album for _, album in albums]


def edit(state: TelegramState, place: Place, message_id: str, text: str) -> None:
    check_may_write(state, place)
    message = find_message(place, message_id)
    if message.sender_id != place.user.id or message.is_service:
        raise SurfaceError("Only your own messages can be edited.")
    name = "text" if "text" in message.content else "caption"
    fixed = fix_formatted_text(parse_typed(text), is_empty_allowed=name == "caption")
    entities = "entities" if name == "text" else "caption_entities"
    kept = {key: value for key, value in message.content.items() if key not in {name, entities}}
    content = kept | formatted_fields(state, fixed, name, entities)
    if content != message.content:
        history.amend(state, message, content=content, edited_at=state.now())


def delete(state: TelegramState, place: Place, message_id: str) -> None:
    message = find_message(place, message_id)
    may_delete = place.chat.type == "private" or place.chat.member(place.user.id).may("can_delete_messages")
    if message.sender_id != place.user.id and not may_delete:
        raise SurfaceError("Only administrators can delete what others wrote.")
    history.remove(state, place.chat, [message.id])


def react(state: TelegramState, place: Place, message_id: str, emoji: str, *, is_on: bool) -> None:
    message = find_message(place, message_id)
    # The variation selector makes no difference to a person, but Telegram's list has none.
    emoji = emoji.replace("\ufe0f", "")
    if emoji not in BOT_EMOJI:
        raise SurfaceError(f"Telegram has no reaction {emoji}.")
    given = message.reactions.get(place.user.id, ())
    if is_on:
        history.react(state, message, place.user.id, (emoji,))
    elif emoji in given:
        history.react(state, message, place.user.id, ())


def open_topic(state: TelegramState, place: Place, title: str, text: str) -> Topic:
    if not place.chat.is_forum:
        raise SurfaceError(f"{place.chat.title or 'A private chat'} has no topics.")
    name = clean_name(title, LONGEST_NAME)
    if not name:
        raise SurfaceError("A topic needs a name.")
    topic = history.open_topic(state, place.chat, place.user.id, name, ICON_COLORS[0], "")
    if text:
        say(state, replace(place, topic_id=topic.id), text, (), "")
    return topic


def toggle_topic(state: TelegramState, place: Place, *, is_closed: bool) -> None:
    topic = place.chat.topics.get(place.topic_id)
    if topic is None:
        raise SurfaceError("This is no topic.")
    may_manage = place.chat.member(place.user.id).may("can_manage_topics")
    if not may_manage and topic.creator_id != place.user.id:
        raise SurfaceError("Only administrators and whoever opened a topic can close or reopen it.")
    if topic.is_closed == is_closed:
        return
    service: dict[str, Any] = {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}}
    history.change_topic(state, place.chat, place.user.id, replace(topic, is_closed=is_closed), service)


def join(state: TelegramState, user: User, chat: Chat) -> None:
    member = chat.member(user.id)
    if member.is_in:
        return
    if member.status == "kicked" or not (
        chat.is_public or (member.status == "left" and user.id in chat.members)
    ):
        raise SurfaceError(f"{chat.title} is private: somebody in it has to invite {user.name}.")
    enter(state, user, chat, user.id)


def enter(state: TelegramState, user: User, chat: Chat, actor_id: int) -> None:
    """Become a member, with the service message everybody sees."""
    history.set_member(state, chat, Member(user.id, "member"), actor_id)
    joined = {"new_chat_members": [user_json(user)]}
    history.post(state, chat, actor_id, Draft(content=joined, is_service=True))


def leave(state: TelegramState, user: User, chat: Chat) -> None:
    if chat.type == "private":
        raise SurfaceError("A private chat cannot be left; block the bot instead.")
    if chat.member(user.id).is_in:
        left = {"left_chat_member": user_json(user)}
        history.post(state, chat, user.id, Draft(content=left, is_service=True))
        history.set_member(state, chat, Member(user.id, "left"), user.id)
