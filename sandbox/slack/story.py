"""The workspace the sandbox tells its story in: Juniper & Pine, an online furniture and home shop."""

from sandbox.slack.model import Channel, User
from sandbox.slack.workspace import Workspace
from sandbox.world import Clock

BOT = User("U0ALLHANDS", "allhands", "Allhands", "the support bot", "🤖", is_bot=True, bot_id="B0ALLHANDS")
PEOPLE = (
    ("U0CARLA", "carla", "Carla Jensen", "customer", "👩🏼"),
    ("U0KURT", "kurt", "Kurt Meyer", "customer", "👨🏻"),
    ("U0ANA", "ana", "Ana Kovač", "agent in #support-desk", "👩🏻‍💼"),
    ("U0BEN", "ben", "Ben Ortiz", "agent in #support-desk", "🧔🏽"),
    ("U0PRIYA", "priya", "Priya Shah", "engineer, outside support", "👩🏾‍💻"),
)


def juniper_and_pine(clock: Clock) -> Workspace:
    """A fresh workspace with its people, its channels and nothing said yet."""
    bot = User(BOT.id, BOT.handle, BOT.real_name, BOT.about, BOT.avatar, is_bot=True, bot_id=BOT.bot_id)
    workspace = Workspace(clock, "T0JUNIPER", "Juniper & Pine", "juniper-and-pine", "A0ALLHANDS", bot)
    for user_id, handle, name, about, avatar in PEOPLE:
        workspace.users[user_id] = User(user_id, handle, name, about, avatar)
    workspace.users[bot.id] = bot
    workspace.users["USLACKBOT"] = User("USLACKBOT", "slackbot", "Slackbot", "Slack's own helper", "💡")
    workspace.groups["S0SUPPORT"] = "support-team"
    everyone = [user_id for user_id, *_ in PEOPLE]
    created = int(workspace.now())
    for channel_id, name, kind, members, purpose in (
        ("C0SUPPORT", "support-desk", "group", ["U0ANA", "U0BEN", bot.id], "Where the support team works"),
        ("C0HELP", "help", "channel", [*everyone, bot.id], "Ask us anything about your order"),
        ("C0RANDOM", "random", "channel", everyone, "Everything else"),
    ):
        workspace.channels[channel_id] = Channel(
            channel_id, name, kind, list(members), created=created, purpose=purpose
        )
    for user_id in everyone:
        workspace.dm(user_id)
    return workspace
