"""Where people are on Telegram, and what they do there besides writing."""

from dataclasses import dataclass, replace
from typing import Any

from sandbox.surface import SurfaceError
from sandbox.telegram import history
from sandbox.telegram.formatting import clean_name
from sandbox.telegram.history import Draft
from sandbox.telegram.model import GENERAL_TOPIC, Chat, Member, Message, Topic, User
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


def delete(state: TelegramState, place: Place, message_id: str) -> None:
    message = find_message(place, message_id)
    may_delete = place.chat.type == "private" or place.chat.member(place.user.id).may("can_delete_messages")
    if message.sender_id != place.user.id and not may_delete:
        raise SurfaceError("Only administrators can delete what others wrote.")
    history.remove(state, place.chat, [message.id])


def react(state: TelegramState, place: Place, message_id: str, emoji: str, *, is_on: bool) -> None:
    message = find_message(place, message_id)
    if place.chat.id in state.blocked:
        raise SurfaceError("You blocked this bot; unblock it to react.")
    # The variation selector makes no difference to a person, but Telegram's list has none.
    emoji = emoji.replace("\ufe0f", "")
    if emoji not in BOT_EMOJI:
        raise SurfaceError(f"Telegram has no reaction {emoji}.")
    given = message.reactions.get(place.user.id, ())
    if is_on:
        history.react(state, message, place.user.id, (emoji,))
    elif emoji in given:
        history.react(state, message, place.user.id, ())


def pin(state: TelegramState, place: Place, message_id: str, *, is_on: bool) -> None:
    """Pin it, which everybody is told, or take it off, which nobody is told."""
    message = find_message(place, message_id)
    if place.chat.type != "private" and not place.chat.member(place.user.id).may("can_pin_messages"):
        raise SurfaceError("Only administrators can pin messages here.")
    if message.is_service or is_on == (message.id in place.chat.pinned):
        raise SurfaceError("This message cannot be pinned." if is_on else "This message is not pinned.")
    if is_on:
        place.chat.pinned.append(message.id)
        told = Draft(content={"pinned_message": message.id}, topic_id=message.topic_id, is_service=True)
        history.post(state, place.chat, place.user.id, told)
    else:
        place.chat.pinned.remove(message.id)


def open_topic(state: TelegramState, place: Place, title: str) -> Topic:
    if not place.chat.is_forum:
        raise SurfaceError(f"{place.chat.title or 'A private chat'} has no topics.")
    name = clean_name(title, LONGEST_NAME)
    if not name:
        raise SurfaceError("A topic needs a name.")
    return history.open_topic(state, place.chat, place.user.id, name, ICON_COLORS[0], "")


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


def check_may_manage(place: Place) -> None:
    if not place.chat.member(place.user.id).is_administrator:
        raise SurfaceError(f"Only administrators of {place.chat.title or 'a group'} can do that.")


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
