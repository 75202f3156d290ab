"""What many methods take: a chat and topic, a formatted text, something to reply to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from sandbox.telegram import utf16
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import BLOCKQUOTES, SPLITTABLE, fix_formatted_text
from sandbox.telegram.links import checked_link, user_of_link
from sandbox.telegram.markup_html import parse_html
from sandbox.telegram.markup_markdown import parse_markdown, parse_markdown_v2
from sandbox.telegram.model import GENERAL_TOPIC, Chat, Entity, FormattedText, Message
from sandbox.telegram.state import TelegramState
from sandbox.telegram.views import chat_json, entities_json, user_json

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_RAW_TEXT_BYTES = 32768
PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
PLAIN_ENTITIES = frozenset(SPLITTABLE) | BLOCKQUOTES | {"code"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a method."""

    state: TelegramState
    args: Arguments


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes and what it answers."""

    chat: Chat
    topic_id: int
    reply_to: int = 0
    quote: Mapping[str, Any] | None = None
    external_reply: Mapping[str, Any] | None = None


def target_of(call: Call) -> Target:
    """Chat, topic and reply of a sending method, or Telegram's refusal."""
    chat = call.state.writable_chat(call.args.text("chat_id"))
    topic_id = asked_topic(chat, call.args.number("message_thread_id"))
    target = _with_reply(call, Target(chat, topic_id))
    _check_open(call.state, target)
    return target


def asked_topic(chat: Chat, topic_id: int) -> int:
    if not topic_id or not (chat.is_forum or chat.type == "private"):
        # Plain groups have no topics, and the server then ignores the argument.
        return 0
    if topic_id == GENERAL_TOPIC or topic_id not in chat.topics:
        raise bad_request("message thread not found")
    return topic_id


def _check_open(state: TelegramState, target: Target) -> None:
    """In a closed topic only its creator and those who manage topics may write."""
    if not target.chat.is_forum:
        return
    topic = target.chat.topics[target.topic_id or GENERAL_TOPIC]
    may_write = topic.creator_id == state.bot.id or state.bot_member(target.chat).may("can_manage_topics")
    if topic.is_closed and not may_write:
        raise bad_request("TOPIC_CLOSED")


def _with_reply(call: Call, target: Target) -> Target:
    given = call.args.structure("reply_parameters", "reply parameters")
    if given is None and call.args.number("reply_to_message_id"):
        given = {
            "message_id": call.args.number("reply_to_message_id"),
            "allow_sending_without_reply": call.args.flag("allow_sending_without_reply"),
        }
    if not given:
        return target
    if not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    parameters = Arguments(given)
    if "message_id" not in given:
        raise bad_request('can\'t find field "message_id"')
    chat = target.chat
    if parameters.has("chat_id"):
        chat = call.state.readable_chat(parameters.text("chat_id"))
    message = chat.messages.get(parameters.number("message_id"))
    if message is None:
        if parameters.flag("allow_sending_without_reply"):
            return target
        raise bad_request("message to be replied not found")
    quote = _quote(call.state, parameters, message)
    if chat.id != target.chat.id or (target.topic_id and message.topic_id != target.topic_id):
        return replace(target, quote=quote, external_reply=_external_reply(call.state, chat, message))
    # Without a topic the message goes where the replied one is.
    return replace(target, topic_id=message.topic_id, reply_to=message.id, quote=quote)


def _quote(state: TelegramState, parameters: Arguments, message: Message) -> dict[str, Any] | None:
    if not parameters.has("quote"):
        return None
    given = formatted_text(state, parameters, "quote", "quote_parse_mode", "quote_entities")
    source = str(message.content.get("text") or message.content.get("caption") or "")
    at = source.find(given.text)
    if at < 0 or utf16.length(given.text) > LONGEST_CAPTION:
        raise bad_request("QUOTE_TEXT_INVALID")
    quote: dict[str, Any] = {"text": given.text}
    if given.entities:
        quote["entities"] = entities_json(state, given.entities)
    return quote | {"position": utf16.length(source[:at]), "is_manual": True}


def _external_reply(state: TelegramState, chat: Chat, message: Message) -> dict[str, Any]:
    sender = user_json(state.users[message.sender_id])
    reply: dict[str, Any] = {"origin": {"type": "user", "date": message.sent_at, "sender_user": sender}}
    if chat.type == "supergroup":
        reply |= {"chat": chat_json(state, chat), "message_id": message.id}
    kept = ("animation", "audio", "document", "photo", "sticker", "video", "voice", "video_note", "poll")
    return reply | {name: message.content[name] for name in kept if name in message.content}


def formatted_text(
    state: TelegramState, args: Arguments, name: str, mode_name: str, entities_name: str
) -> FormattedText:
    """Text with its entities as given, by parse mode or as a list; 400 for either being wrong."""
    text = args.text(name)
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_RAW_TEXT_BYTES:
        raise bad_request("text is too long")
    mode = args.text(mode_name).lower()
    if text and mode and mode != "none":
        if mode not in PARSERS:
            raise bad_request("unsupported parse_mode")
        parsed = PARSERS[mode](text)
        known = tuple(entity for entity in parsed.entities if entity.user_id in {0, *state.users})
        return FormattedText(parsed.text, known)
    given = _given_entities(args, entities_name)
    found = (_given_entity(state, entity) for entity in given)
    return FormattedText(text, tuple(entity for entity in found if entity is not None))


def _given_entities(args: Arguments, name: str) -> list[Any]:
    value = args.values.get(name)
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            # Broken entities are ignored, as the server does.
            return []
    return value if isinstance(value, list) else []


def _given_entity(state: TelegramState, given: Any) -> Entity | None:
    if not isinstance(given, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name in ("offset", "length", "type"):
        if name not in given:
            raise bad_request(f"can't parse MessageEntity: can't find field \"{name}\"")
    fields = Arguments(given)
    entity = Entity(fields.text("type"), fields.number("offset", -1), fields.number("length"))
    if entity.type in PLAIN_ENTITIES:
        return entity
    if entity.type == "pre":
        return replace(entity, language=fields.text("language"))
    if entity.type == "text_link":
        return _given_link(state, entity, fields.text("url"))
    if entity.type == "text_mention":
        user = given.get("user")
        user_id = Arguments(user).number("id") if isinstance(user, dict) else 0
        return replace(entity, user_id=user_id) if user_id in state.users else None
    if entity.type == "custom_emoji" and fields.number("custom_emoji_id"):
        return replace(entity, custom_emoji_id=str(fields.number("custom_emoji_id")))
    if entity.type == "date_time":
        return replace(
            entity, unix_time=fields.number("unix_time"), date_time_format=fields.text("date_time_format")
        )
    # Mentions, links and the like are found by the server and not taken from the bot.
    return None


def _given_link(state: TelegramState, entity: Entity, url: str) -> Entity | None:
    user_id = user_of_link(url)
    if user_id:
        return replace(entity, type="text_mention", user_id=user_id) if user_id in state.users else None
    checked = checked_link(url)
    if not checked:
        raise bad_request(f"entity URL '{url}' is invalid: Wrong HTTP URL")
    return replace(entity, url=checked)


def text_content(state: TelegramState, given: FormattedText) -> dict[str, Any]:
    """A text message's fields, or 400 when there is nothing in it or too much."""
    text = fix_formatted_text(given)
    if utf16.length(text.text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return formatted_fields(state, text, "text", "entities")


def caption_content(state: TelegramState, given: FormattedText) -> dict[str, Any]:
    """A caption's fields, none for an empty one; 400 when it is too long."""
    text = fix_formatted_text(given, is_empty_allowed=True)
    if utf16.length(text.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return formatted_fields(state, text, "caption", "caption_entities")


def formatted_fields(
    state: TelegramState, text: FormattedText, text_name: str, entities_name: str
) -> dict[str, Any]:
    fields: dict[str, Any] = {text_name: text.text} if text.text else {}
    if text.entities:
        fields[entities_name] = entities_json(state, text.entities)
    return fields


def find_message(chat: Chat, message_id: int, what: str) -> Message:
    """The message, or 400 "WHAT not found"."""
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request(f"{what} not found")
    return message


def list_of(value: Any, error: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request(error)
    return value
