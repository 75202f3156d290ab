"""Juniper & Pine on Telegram: who is there, and where."""

from sandbox.telegram.model import GENERAL_TOPIC, USUAL_RIGHTS, Chat, Member, Message, Topic, User
from sandbox.telegram.state import TelegramState
from sandbox.telegram.update_queue import UpdateQueue
from sandbox.world import World

BOT = User(8100000001, "Allhands", username="allhands_bot", is_bot=True, avatar="🙌", about="the bot")
TOKEN = "8100000001:sandbox-Juniper-and-Pine-not-a-secret"  # noqa: S105 - opens only a local sandbox
TOM = User(510000001, "Tom", "Baker", "tom_baker", "en", avatar="🧑‍🔧", about="agent in Support desk")
UMA = User(510000002, "Uma", "Rao", "uma_rao", "en", avatar="👩🏾‍💻", about="agent in Support desk")
LEA = User(510000003, "Lea", "Novak", "lea_novak", "en", avatar="👩‍🔬", about="colleague outside support")
DANA = User(510000004, "Dana", "Petrova", "dana_petrova", "en", avatar="👩", about="customer")
EMIL = User(510000005, "Emil", "Sørensen", "", "en", avatar="🧔", about="customer")
SUPPORT_DESK = -1002100000001
FANS = -4100000002
FORUM = -1002100000003
DELIVERIES = 2


def build_state(world: World) -> TelegramState:
    state = TelegramState(world, BOT, TOKEN, UpdateQueue(world))
    for user in (BOT, TOM, UMA, LEA, DANA, EMIL):
        state.add_user(user)
    everyone = [_plain(user) for user in (UMA, LEA, DANA, EMIL)]
    desk = Chat(SUPPORT_DESK, "supergroup", "Support desk", is_forum=True)
    _fill(
        desk, [Member(UMA.id, "administrator", USUAL_RIGHTS), Member(BOT.id, "administrator", USUAL_RIGHTS)]
    )
    fans = Chat(FANS, "group", "Juniper fans", is_public=True)
    _fill(fans, [*everyone, _plain(BOT)])
    forum = Chat(FORUM, "supergroup", "Juniper forum", "juniper_forum", is_forum=True, is_public=True)
    _fill(forum, [*everyone, _plain(BOT)])
    for chat in (desk, fans, forum):
        state.chats[chat.id] = chat
    _add_deliveries(state, forum)
    return state


def _plain(user: User) -> Member:
    return Member(user.id, "member")


def _fill(chat: Chat, members: list[Member]) -> None:
    chat.members = {TOM.id: Member(TOM.id, "creator")} | {member.user_id: member for member in members}
    if chat.is_forum:
        chat.topics[GENERAL_TOPIC] = Topic(GENERAL_TOPIC, "General", TOM.id)
        chat.last_message_id = GENERAL_TOPIC


def _add_deliveries(state: TelegramState, forum: Chat) -> None:
    """The topic was there before the bot came, so nothing of it is an update."""
    topic = Topic(DELIVERIES, "Deliveries", TOM.id, 0xFFD67E)
    forum.topics[topic.id] = topic
    forum.last_message_id = topic.id
    forum.messages[topic.id] = Message(
        id=topic.id,
        chat_id=forum.id,
        sender_id=TOM.id,
        sent_at=state.now(),
        content={"forum_topic_created": {"name": topic.name, "icon_color": topic.icon_color}},
        topic_id=topic.id,
        is_service=True,
    )
