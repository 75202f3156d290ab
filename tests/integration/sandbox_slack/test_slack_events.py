"""What people do arrives at the real Bolt, by socket and by HTTP."""

import pytest
from slack_bots import Bots, until

from sandbox.slack import SlackServer

MODES = pytest.mark.parametrize("mode", ["socket", "http"])


@MODES
async def test_a_message_is_answered_in_its_thread(server: SlackServer, bots: Bots, mode: str) -> None:
    bot = bots.make()

    @bot.app.message("where is my chair")
    async def answer(message, say):
        await say("On its *way*", thread_ts=message["ts"])

    await bots.connect(mode, bot)
    ts = await server.say("U0CARLA", "C0HELP", "where is my chair")
    await until(lambda: len(server.messages("U0CARLA", f"C0HELP:{ts}")) == 2)
    root, reply = server.messages("U0CARLA", f"C0HELP:{ts}")
    assert (root.author.name, root.text) == ("Carla Jensen", "where is my chair")
    assert (reply.author.is_bot, reply.text, reply.reply_to) == (True, "On its way", ts)
    assert [message.thread for message in server.messages("U0CARLA", "C0HELP")] == [f"C0HELP:{ts}"]
