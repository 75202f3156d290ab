"""A bot of a few lines with the three real SDKs, for the sandbox's page to talk with; not the product."""

import asyncio
import os

import discord
import yarl
from discord import app_commands
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters

SETTINGS = os.environ


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


CARD = [
    {"type": "header", "text": plain("Ticket 1")},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Dana* asks about `delivery`"}},
    {"type": "actions", "elements": [{"type": "button", "action_id": "claim", "text": plain("Claim")}]},
]


async def run_slack() -> None:
    client = AsyncWebClient(token=SETTINGS["SLACK_BOT_TOKEN"], base_url=SETTINGS["SLACK_API_URL"])
    app = AsyncApp(client=client)

    @app.event("message")
    async def hear(event: dict) -> None:
        if event["channel"] == "C0SUPPORT" and "subtype" not in event and "thread_ts" not in event:
            await client.chat_postMessage(channel=event["channel"], text="Ticket 1", blocks=CARD)

    @app.action("claim")
    async def claim(ack, body: dict) -> None:
        await ack()
        message = body["message"]["ts"]
        said = f"<@{body['user']['id']}> has it"
        await client.chat_postMessage(channel=body["channel"]["id"], thread_ts=message, text=said)

    @app.event("app_home_opened")
    async def home(event: dict) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": CARD[:2]})

    await AsyncSocketModeHandler(app, SETTINGS["SLACK_APP_TOKEN"]).start_async()


class Why(discord.ui.Modal, title="Talk to a person"):
    about = discord.ui.TextInput(label="What is it about?")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Noted: **{self.about.value}**", ephemeral=True)


class Discord(discord.Client):
    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)

        @tree.command(name="claim", description="Take a ticket")
        async def claim(interaction: discord.Interaction, number: str) -> None:
            await interaction.response.send_message(f"You have ticket {number}.")

        @claim.autocomplete("number")
        async def offer(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
            return [
                app_commands.Choice(name=f"Ticket {n}", value=n)
                for n in ("41", "42")
                if n.startswith(current)
            ]

        @tree.command(name="human", description="Talk to a person")
        async def human(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Why())

        await tree.sync()

    async def on_ready(self) -> None:
        channel = discord.utils.get(self.guilds[0].text_channels, name="help")
        embed = discord.Embed(title="Ask us", description="We are **here**.")
        await channel.send("Hello", embed=embed)


async def run_discord() -> None:
    discord.http.Route.BASE = SETTINGS["DISCORD_API_URL"]
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(SETTINGS["DISCORD_GATEWAY_URL"])
    await Discord(intents=discord.Intents.default()).start(SETTINGS["DISCORD_TOKEN"])


async def run_telegram() -> None:
    url = SETTINGS["TELEGRAM_API_URL"]
    builder = Application.builder().token(SETTINGS["TELEGRAM_TOKEN"])
    app = builder.base_url(f"{url}/bot").base_file_url(f"{url}/file/bot").build()
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Solved", callback_data="solved")]])

    async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        said = "😀 It takes <b>2 to 4 days</b>."
        await update.message.reply_text(said, parse_mode="HTML", reply_markup=keys, do_quote=True)

    async def pressed(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        await update.callback_query.answer("Glad to hear it!")

    app.add_handler(MessageHandler(filters.UpdateType.MESSAGE, answer))
    app.add_handler(CallbackQueryHandler(pressed))
    await app.initialize()
    await app.bot.set_my_commands(
        [BotCommand("human", "Talk to a person"), BotCommand("help", "What I can do")]
    )
    await app.start()
    await app.updater.start_polling()
    await asyncio.Event().wait()


async def main() -> None:
    await asyncio.gather(run_slack(), run_discord(), run_telegram())


if __name__ == "__main__":
    asyncio.run(main())
