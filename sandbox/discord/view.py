"""What people see: the community in the words of the Surface."""

from sandbox.discord.community import Community
from sandbox.discord.components import BUTTON, SELECTS, STRING_SELECT, walk
from sandbox.discord.model import Channel, ChannelType, Json, Message
from sandbox.discord.permissions import can_see
from sandbox.discord.speech import attachment_json, message_json, plain_text
from sandbox.surface import Button, File, Person, Reaction, Room
from sandbox.surface import Message as SeenMessage

_STYLES = {1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link"}
_ROOM_KINDS = {
    ChannelType.TEXT: "channel",
    ChannelType.DM: "dm",
    ChannelType.CATEGORY: "channel",
    ChannelType.FORUM: "forum",
    ChannelType.PUBLIC_THREAD: "thread",
    ChannelType.PRIVATE_THREAD: "thread",
}


def person(community: Community, user_id: str) -> Person:
    user = community.users[user_id]
    return Person(user.id, community.display_name(user.id), user.avatar, user.is_bot, user.about)


def room(community: Community, channel: Channel) -> Room:
    if channel.is_dm:
        return Room(channel.id, community.users[community.bot_id].display_name, "dm")
    thread = channel.thread
    parent = community.channels.get(channel.parent_id)
    names = {tag.id: tag.name for tag in parent.tags} if parent else {}
    return Room(
        id=channel.id,
        name=channel.name,
        kind=_ROOM_KINDS[channel.type],
        parent=channel.parent_id,
        is_closed=bool(thread and (thread.is_archived or thread.is_locked)),
        tags=tuple(names[one] for one in thread.applied_tags if one in names) if thread else (),
    )


def rooms(community: Community, user_id: str) -> list[Room]:
    """The DM with the bot, then the channels in their order, then threads and posts, oldest first."""
    mine = [community.dm_with(user_id)]
    others = [
        one for one in community.channels.values() if not one.is_dm and can_see(community, user_id, one)
    ]
    places = sorted((one for one in others if not one.is_thread), key=lambda one: one.position)
    threads = sorted((one for one in others if one.is_thread), key=lambda one: int(one.id))
    return [room(community, one) for one in mine + places + threads]


def messages(community: Community, user_id: str, channel: Channel) -> list[SeenMessage]:
    """What this person sees in a room; a forum itself holds no messages, only posts."""
    said = [one for one in community.history(channel.id) if one.only_for in ("", user_id)]
    return [_seen(community, one, user_id) for one in sorted(said, key=lambda one: int(one.id))]


def _seen(community: Community, message: Message, viewer: str) -> SeenMessage:
    thread = community.channels.get(message.id)
    hangs_here = thread is not None and thread.parent_id == message.channel_id
    return SeenMessage(
        id=message.id,
        room=message.channel_id,
        author=person(community, message.author_id),
        text=plain_text(community, message),
        sent_at=message.sent_at.timestamp(),
        native=message_json(community, message, viewer=viewer),
        reply_to="" if message.extra else (message.reference or {}).get("message_id", ""),
        thread=message.id if hangs_here else "",
        is_edited=message.edited_at is not None,
        is_private=bool(message.only_for),
        buttons=buttons(message),
        files=(*(_file(community, one.id) for one in message.attachments), *_stickers(community, message)),
        reactions=tuple(Reaction(emoji, tuple(people)) for emoji, people in message.reactions.items()),
    )


def _file(community: Community, attachment_id: str) -> File:
    attachment = community.attachments[attachment_id]
    url = attachment_json(community, attachment)["url"]
    return File(attachment.id, attachment.filename, len(attachment.content), attachment.mime, url)


def _stickers(community: Community, message: Message) -> list[File]:
    named = [one["id"] for one in message.extra.get("sticker_items", [])]
    known = {one.id: one for one in community.stickers.values()}
    return [
        File(
            one.id,
            one.filename,
            len(one.content),
            one.mime,
            f"{community.base_url}/cdn/stickers/{one.filename}",
        )
        for one in (known[sticker_id] for sticker_id in named if sticker_id in known)
    ]


def buttons(message: Message) -> tuple[Button, ...]:
    """Buttons as they are, and each choice of a select as a button of its own: `custom_id:value`."""
    found: list[Button] = []
    for component in walk(message.components):
        if component["type"] == BUTTON:
            found.append(_button(component))
        elif component["type"] == STRING_SELECT:
            found += [_option(component, option) for option in component["options"]]
        elif component["type"] in SELECTS:
            label = component.get("placeholder") or "Make a selection"
            found.append(
                Button(component["custom_id"], label, "select", is_disabled=bool(component.get("disabled")))
            )
    return tuple(found)


def _button(component: Json) -> Button:
    label = component.get("label") or (component.get("emoji") or {}).get("name") or ""
    return Button(
        id=component.get("custom_id", ""),
        label=label,
        style=_STYLES.get(component["style"], ""),
        url=component.get("url", ""),
        is_disabled=bool(component.get("disabled")),
    )


def _option(select: Json, option: Json) -> Button:
    pressed = f"{select['custom_id']}:{option['value']}"
    return Button(pressed, option["label"], "select", is_disabled=bool(select.get("disabled")))
