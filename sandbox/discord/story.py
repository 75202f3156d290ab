"""The community the sandbox opens with: Juniper & Pine, its people and its rooms."""

from datetime import UTC, datetime, timedelta

from sandbox.discord.community import Community
from sandbox.discord.model import Channel, ChannelType, Guild, Member, Overwrite, Role, Tag, User
from sandbox.discord.permissions import BOT, EVERYONE, SUPPORT, Permission
from sandbox.discord.snowflake import Snowflakes, snowflake_at
from sandbox.world import World

_FOUNDED = datetime(2024, 3, 1, 9, 0, tzinfo=UTC)


def _fixed(number: int) -> str:
    # Ids that never change, so that a bot configured for one run of the sandbox fits the next.
    return snowflake_at(_FOUNDED + timedelta(hours=number), number)


GUILD = _fixed(1)
APPLICATION = _fixed(2)
BOT_USER = APPLICATION
SUPPORT_ROLE = _fixed(3)
BOT_ROLE = _fixed(4)
SUPPORT_DESK = _fixed(11)
HELP = _fixed(12)
QUESTIONS = _fixed(13)
OFF_TOPIC = _fixed(14)
SAM = _fixed(21)
INES = _fixed(22)
OLA = _fixed(23)
MIA = _fixed(24)
NOAH = _fixed(25)

_PEOPLE = (
    User(SAM, "sam.doyle", "Sam Doyle", "🦊", "agent, role Support"),
    User(INES, "ines.marin", "Ines Marin", "🦉", "agent, role Support"),
    User(OLA, "ola.berg", "Ola Berg", "🐧", "colleague outside support"),
    User(MIA, "mia.wong", "Mia Wong", "🐝", "customer"),
    User(NOAH, "noah.fischer", "Noah Fischer", "🐢", "customer"),
)


def found_community(world: World) -> Community:
    """The state at the beginning; every person has a DM with the bot that is still empty."""
    community = Community(
        world, Guild(GUILD, "Juniper & Pine Community", SAM), BOT_USER, APPLICATION, Snowflakes(world.clock)
    )
    roles = (
        Role(GUILD, "@everyone", int(EVERYONE), 0),
        Role(BOT_ROLE, "Allhands", int(BOT), 1, bot_id=BOT_USER),
        Role(SUPPORT_ROLE, "Support", int(SUPPORT), 2, color=0x2E7D5B, is_mentionable=True),
    )
    community.roles = {role.id: role for role in roles}
    bot = User(BOT_USER, "allhands", "Allhands", "🙌", "the support bot", is_bot=True)
    community.users[bot.id] = bot
    community.members[bot.id] = Member(bot.id, _FOUNDED + timedelta(days=1), [BOT_ROLE])
    for user in _PEOPLE:
        newcomer = User(user.id, user.name, user.display_name, user.avatar, user.about)
        community.users[user.id] = newcomer
        is_agent = user.id in (SAM, INES)
        community.members[user.id] = Member(
            user.id, _FOUNDED + timedelta(days=2), [SUPPORT_ROLE] if is_agent else []
        )
    for channel in _channels():
        community.channels[channel.id] = channel
    for index, user in enumerate(_PEOPLE):
        dm = Channel(_fixed(31 + index), ChannelType.DM, recipient_id=user.id)
        community.channels[dm.id] = dm
    return community


def _channels() -> list[Channel]:
    seen = int(Permission.VIEW_CHANNEL)
    private = [
        Overwrite(GUILD, is_member=False, deny=seen),
        Overwrite(SUPPORT_ROLE, is_member=False, allow=seen),
        Overwrite(BOT_ROLE, is_member=False, allow=seen),
    ]
    desk_tags = [
        Tag(_fixed(42), "waiting", "🟡"),
        Tag(_fixed(41), "claimed", "🔵"),
        Tag(_fixed(43), "resolved", "✅"),
    ]
    question_tags = [
        Tag(_fixed(44), "delivery", "🚚"),
        Tag(_fixed(45), "returns", "📦"),
        Tag(_fixed(46), "care", "🪵"),
    ]
    return [
        Channel(HELP, ChannelType.TEXT, "help", GUILD, position=0, topic="Ask us anything about your order."),
        Channel(QUESTIONS, ChannelType.FORUM, "questions", GUILD, position=1, tags=question_tags),
        Channel(OFF_TOPIC, ChannelType.TEXT, "off-topic", GUILD, position=2),
        Channel(
            SUPPORT_DESK,
            ChannelType.FORUM,
            "support-desk",
            GUILD,
            position=3,
            overwrites=private,
            tags=desk_tags,
        ),
    ]
