"""Methods that post text, places, contacts, dice and polls, and copies of what was posted."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import fix_formatted_text
from sandbox.telegram.history import Draft, post
from sandbox.telegram.inputs import (
    Call,
    Target,
    asked_topic,
    formatted_fields,
    formatted_text,
    list_of,
    target_of,
    text_content,
)
from sandbox.telegram.keyboards import check_markup, parse_markup
from sandbox.telegram.model import Message
from sandbox.telegram.views import message_json

Method = Callable[[Call], Any]
CHAT_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
        "cancel",
    }
)
DICE = {"🎲": 6, "🎯": 6, "🎳": 6, "🏀": 5, "⚽": 5, "🎰": 64}
SHORTEST_POLL_SECONDS, LONGEST_POLL_SECONDS = 5, 2_628_000
LONGEST_QUESTION, LONGEST_OPTION, MOST_OPTIONS = 300, 100, 12


def send(call: Call, target: Target, content: Mapping[str, Any], *, media_group_id: str = "") -> Message:
    """Post for the bot with the options every sending method has."""
    # An album has no keyboard, and the server does not look for one.
    markup = None if media_group_id else check_markup(parse_markup(call.args), target.chat)
    draft = Draft(
        content=content,
        topic_id=target.topic_id,
        reply_to=target.reply_to,
        quote=target.quote,
        external_reply=target.external_reply,
        markup=markup,
        media_group_id=media_group_id,
        is_protected=call.args.flag("protect_content"),
    )
    return post(call.state, target.chat, call.state.bot.id, draft)


def posted(call: Call, content: Mapping[str, Any]) -> dict[str, Any]:
    return message_json(call.state, send(call, target_of(call), content))


def send_message(call: Call) -> dict[str, Any]:
    given = given_text(call)
    parse_markup(call.args)
    preview = link_preview(call.args)
    target = target_of(call)
    return message_json(call.state, send(call, target, text_content(call.state, given) | preview))


def given_text(call: Call) -> Any:
    if not call.args.text("text"):
        raise bad_request("message text is empty")
    return formatted_text(call.state, call.args, "text", "parse_mode", "entities")


def link_preview(args: Arguments) -> dict[str, Any]:
    given = args.structure("link_preview_options", "link preview options")
    if given is None:
        return (
            {"link_preview_options": {"is_disabled": True}} if args.flag("disable_web_page_preview") else {}
        )
    if not isinstance(given, dict):
        raise bad_request("object expected as link preview options")
    options = Arguments(given)
    flags = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")
    chosen: dict[str, Any] = {name: True for name in flags if options.flag(name)}
    if options.text("url"):
        chosen["url"] = options.text("url")
    return {"link_preview_options": chosen} if chosen else {}


def location_of(args: Arguments) -> dict[str, Any]:
    latitude, longitude = args.decimal("latitude"), args.decimal("longitude")
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise bad_request("wrong geo point specified")
    return {"latitude": latitude, "longitude": longitude}


def send_location(call: Call) -> dict[str, Any]:
    location = location_of(call.args)
    for name in ("live_period", "heading", "proximity_alert_radius"):
        if call.args.number(name):
            location[name] = call.args.number(name)
    return posted(call, {"location": location})


def send_venue(call: Call) -> dict[str, Any]:
    location = location_of(call.args)
    venue: dict[str, Any] = {"location": location}
    for name in ("title", "address"):
        if not call.args.text(name):
            raise bad_request(f"venue {name} must be non-empty")
        venue[name] = call.args.text(name)
    for name in ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type"):
        if call.args.text(name):
            venue[name] = call.args.text(name)
    return posted(call, {"venue": venue, "location": location})


def send_contact(call: Call) -> dict[str, Any]:
    contact: dict[str, Any] = {}
    for name in ("phone_number", "first_name"):
        if not call.args.text(name):
            raise bad_request(f"{name.replace('_', ' ')} must be non-empty")
        contact[name] = call.args.text(name)
    for name in ("last_name", "vcard"):
        if call.args.text(name):
            contact[name] = call.args.text(name)
    return posted(call, {"contact": contact})


def send_dice(call: Call) -> dict[str, Any]:
    emoji = call.args.text("emoji") or "🎲"
    if emoji not in DICE:
        raise bad_request("wrong dice emoji specified")
    value = random.randint(1, DICE[emoji])  # noqa: S311 - a game, no secret
    return posted(call, {"dice": {"emoji": emoji, "value": value}})


def send_poll(call: Call) -> dict[str, Any]:
    question = formatted_text(call.state, call.args, "question", "question_parse_mode", "question_entities")
    question = fix_formatted_text(question, is_empty_allowed=True)
    if not 1 <= len(question.text) <= LONGEST_QUESTION:
        raise bad_request("poll question must be non-empty and of at most 300 characters")
    kind = call.args.text("type") or "regular"
    if kind not in {"regular", "quiz"}:
        raise bad_request("unsupported poll type specified")
    given = call.args.structure("options", "options")
    options = [_option(call, option) for option in list_of(given, "expected an Array of String as options")]
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise bad_request(f"poll must have from 1 to {MOST_OPTIONS} options")
    poll: dict[str, Any] = {"id": str(2**60 + call.state.new_number())}
    poll |= formatted_fields(call.state, question, "question", "question_entities")
    poll |= {
        "options": options,
        "total_voter_count": 0,
        "is_closed": call.args.flag("is_closed"),
        "is_anonymous": not call.args.has("is_anonymous") or call.args.flag("is_anonymous"),
        "type": kind,
        "allows_multiple_answers": call.args.flag("allows_multiple_answers"),
        "allows_revoting": kind == "regular",
        "members_only": False,
    }
    return posted(call, {"poll": poll | _quiz(call, kind, len(options)) | _poll_time(call)})


def _option(call: Call, given: Any) -> dict[str, Any]:
    text = given.get("text") if isinstance(given, dict) else given
    if not isinstance(text, str):
        raise bad_request("expected an option to be of type String")
    if not 1 <= len(text.strip()) <= LONGEST_OPTION:
        raise bad_request("poll options length must not exceed 100")
    return {"persistent_id": str(call.state.new_number()), "text": text.strip(), "voter_count": 0}


def _quiz(call: Call, kind: str, count: int) -> dict[str, Any]:
    if kind != "quiz":
        return {}
    given = call.args.structure("correct_option_ids", "correct option identifiers")
    if given is None and call.args.has("correct_option_id"):
        given = [call.args.number("correct_option_id", -1)]
    correct = list_of(given or [], "expected an Array of correct option identifiers")
    if not correct or any(not isinstance(at, int) or not 0 <= at < count for at in correct):
        raise bad_request("wrong correct option ID specified")
    quiz: dict[str, Any] = {"correct_option_ids": correct}
    if call.args.text("explanation"):
        quiz["explanation"] = call.args.text("explanation")
    return quiz


def _poll_time(call: Call) -> dict[str, Any]:
    seconds = call.args.number("open_period")
    if seconds:
        if not SHORTEST_POLL_SECONDS <= seconds <= LONGEST_POLL_SECONDS:
            raise bad_request("wrong poll open period specified")
        return {"open_period": seconds, "close_date": call.state.now() + seconds}
    return {"close_date": call.args.number("close_date")} if call.args.number("close_date") else {}


def send_chat_action(call: Call) -> bool:
    if call.args.text("action").lower() not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = call.state.writable_chat(call.args.text("chat_id"))
    topic_id = asked_topic(chat, call.args.number("message_thread_id"))
    call.state.world.journal.add(
        "telegram", "typing", str(chat.id), author=str(call.state.bot.id), topic=topic_id
    )
    return True


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendLocation": send_location,
    "sendVenue": send_venue,
    "sendContact": send_contact,
    "sendDice": send_dice,
    "sendPoll": send_poll,
    "sendChatAction": send_chat_action,
}
