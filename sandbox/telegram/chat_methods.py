"""Methods about chats and their members."""

from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.history import Draft, post, set_member
from sandbox.telegram.inputs import Call, find_message
from sandbox.telegram.model import Chat, Member
from sandbox.telegram.rooms import room_of
from sandbox.telegram.sending import Method
from sandbox.telegram.views import full_chat_json, member_json, user_json


def get_chat(call: Call) -> dict[str, Any]:
    chat = call.state.readable_chat(call.args.text("chat_id"))
    return full_chat_json(call.state, chat)


def _user_id(call: Call) -> int:
    user_id = call.args.number("user_id")
    if not user_id:
        raise bad_request("invalid user_id specified")
    return user_id


def get_chat_member(call: Call) -> dict[str, Any]:
    user_id = _user_id(call)
    chat = call.state.readable_chat(call.args.text("chat_id"))
    if user_id not in call.state.users:
        raise bad_request("PARTICIPANT_ID_INVALID" if chat.type == "supergroup" else "user not found")
    if chat.type == "private":
        if user_id not in {chat.id, call.state.bot.id}:
            raise bad_request("user not found")
        return member_json(call.state, Member(user_id, "member"))
    return member_json(call.state, chat.member(user_id))


def get_chat_administrators(call: Call) -> list[dict[str, Any]]:
    chat = call.state.readable_chat(call.args.text("chat_id"))
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    administrators = [member for member in chat.members.values() if member.is_administrator]
    return [member_json(call.state, member) for member in administrators]


def get_chat_member_count(call: Call) -> int:
    chat = call.state.readable_chat(call.args.text("chat_id"))
    return 2 if chat.type == "private" else sum(1 for member in chat.members.values() if member.is_in)


def leave_chat(call: Call) -> bool:
    chat = call.state.readable_chat(call.args.text("chat_id"))
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    bot = call.state.bot
    post(
        call.state,
        chat,
        bot.id,
        Draft(content={"left_chat_member": user_json(bot)}, is_service=True),
    )
    set_member(call.state, chat, Member(bot.id, "left"), bot.id)
    return True


def _pinnable_chat(call: Call) -> Chat:
    chat = call.state.writable_chat(call.args.text("chat_id"))
    if chat.type != "private" and not call.state.bot_member(chat).may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def pin_chat_message(call: Call) -> bool:
    chat = _pinnable_chat(call)
    message = find_message(chat, call.args.number("message_id"), "message to pin")
    if message.is_service:
        raise bad_request("message can't be pinned")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.append(message.id)
    pin = Draft(content={"pinned_message": message.id}, topic_id=message.topic_id, is_service=True)
    post(call.state, chat, call.state.bot.id, pin)
    return True


def unpin_chat_message(call: Call) -> bool:
    chat = _pinnable_chat(call)
    number = call.args.number("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if number not in chat.pinned:
        raise bad_request("message to unpin not found")
    _unpin(call, chat, [number])
    return True


def unpin_all_chat_messages(call: Call) -> bool:
    chat = _pinnable_chat(call)
    _unpin(call, chat, list(chat.pinned))
    return True


def unpin_all_forum_topic_messages(call: Call) -> bool:
    chat = _pinnable_chat(call)
    topic_id = call.args.number("message_thread_id")
    if topic_id not in chat.topics:
        raise bad_request("TOPIC_ID_INVALID")
    _unpin(call, chat, [number for number in chat.pinned if chat.messages[number].topic_id == topic_id])
    return True


def _unpin(call: Call, chat: Chat, numbers: list[int]) -> None:
    for number in numbers:
        chat.pinned.remove(number)
        message = chat.messages[number]
        call.state.world.journal.add("telegram", "thread", room_of(call.state, message), unpinned=str(number))


METHODS: dict[str, Method] = {
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "pinChatMessage": pin_chat_message,
    "unpinChatMessage": unpin_chat_message,
    "unpinAllChatMessages": unpin_all_chat_messages,
    "unpinAllForumTopicMessages": unpin_all_forum_topic_messages,
}
