"""Commands, buttons, selects, forms and context menus, answered by the real client."""

import asyncio

import discord
import pytest
from discord import app_commands

from sandbox.discord import DiscordServer, story
from sandbox.surface import Message, SurfaceError
from sandbox.world import World


def last(server: DiscordServer, person: str, room: str = story.HELP) -> Message:
    return server.messages(person, room)[-1]


async def test_a_command_is_offered_and_its_arguments_fill_the_options_in_order(server, bot):
    @bot.tree.command(description="Open a ticket")
    async def ticket(interaction: discord.Interaction, number: int, urgent: bool, title: str) -> None:
        await interaction.response.send_message(f"{number} {urgent} {title}")

    await bot.tree.sync()
    (command,) = server.commands(story.MIA, story.HELP)
    assert (command.name, command.description) == ("ticket", "Open a ticket")
    assert [option["name"] for option in command.options] == ["number", "urgent", "title"]
    await server.command(story.MIA, story.HELP, "ticket", "42 yes the leg is broken")
    shown = last(server, story.NOAH)
    assert (shown.text, shown.is_private) == ("42 True the leg is broken", False)
    assert shown.native["interaction_metadata"]["user"]["id"] == story.MIA


async def test_a_command_with_choices_people_and_subcommands_arrives_resolved(server, bot):
    group = app_commands.Group(name="case", description="Cases")

    @group.command(description="Hand over")
    @app_commands.choices(level=[app_commands.Choice(name="Tier one", value="t1")])
    async def transfer(interaction: discord.Interaction, level: str, to: discord.Member) -> None:
        await interaction.response.send_message(f"{level} {to.display_name}", ephemeral=True)

    bot.tree.add_command(group)
    await bot.tree.sync()
    await server.command(story.SAM, story.HELP, "case transfer", f"t1 <@{story.INES}>")
    assert last(server, story.SAM).text == "t1 Ines Marin"
    for arguments, words in (("t2 Ines", "Tier one"), ("t1 Nobody", "no Nobody"), ("t1", "required")):
        with pytest.raises(SurfaceError, match=words):
            await server.command(story.SAM, story.HELP, "case transfer", arguments)


async def test_a_deferred_command_shows_thinking_then_the_edit_then_the_follow_up(server, bot):
    may_go_on = asyncio.Event()

    @bot.tree.command(description="d")
    async def status(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await may_go_on.wait()
        await interaction.edit_original_response(content="You are second.")
        await interaction.followup.send("Anything else?", ephemeral=True)

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "status")
    assert last(server, story.MIA).text == "Allhands is thinking…"
    may_go_on.set()
    await bot.hears("app_command_completion")
    assert [one.text for one in server.messages(story.MIA, story.HELP)] == [
        "You are second.",
        "Anything else?",
    ]
    assert server.messages(story.NOAH, story.HELP) == []
    assert bot.count("message") == 0


async def test_the_first_follow_up_takes_the_place_of_thinking(server, bot):
    @bot.tree.command(description="d")
    async def status(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("first")
        await interaction.followup.send("second")

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "status")
    await bot.hears("app_command_completion")
    shown = [(one.text, one.is_private) for one in server.messages(story.MIA, story.HELP)]
    assert shown == [("first", True), ("second", False)]


async def test_the_original_answer_can_be_read_and_deleted(server, bot):
    @bot.tree.command(description="d")
    async def status(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("soon gone")
        assert (await interaction.original_response()).content == "soon gone"
        await interaction.delete_original_response()

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "status")
    await bot.hears("app_command_completion")
    assert server.messages(story.MIA, story.HELP) == []


async def test_autocomplete_offers_what_the_bot_says(server, bot):
    @bot.tree.command(description="d")
    async def macro(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(name)

    @macro.autocomplete("name")
    async def names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}… ({interaction.user.display_name})", value=f"m-{typed}")]

    await bot.tree.sync()
    offered = await server.complete(story.SAM, story.HELP, "macro", "name", "ret")
    assert offered == [("m-ret", "ret… (Sam Doyle)")]


async def test_a_message_context_menu_gets_its_message(server, bot):
    @bot.tree.context_menu(name="Make ticket")
    async def make_ticket(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"Ticket from: {message.content}", ephemeral=True)

    await bot.tree.sync()
    said = await server.say(story.MIA, story.HELP, "it broke")
    assert [command.name for command in server.shortcuts(story.SAM)] == ["Make ticket"]
    await server.shortcut(story.SAM, story.HELP, said, "Make ticket")
    shown = last(server, story.SAM)
    assert (shown.text, shown.is_private) == ("Ticket from: it broke", True)


async def test_a_button_may_edit_its_message_at_once_or_later(server, bot, panel):
    message = await panel(bot.room(story.HELP))
    await server.press(story.SAM, story.HELP, str(message.id), "panel:claim")
    assert last(server, story.MIA).text == "Claimed by Sam Doyle"
    await server.press(story.SAM, story.HELP, str(message.id), "panel:later")
    await bot.hears("message_edit", lambda _, after: after.content == "edited later")


async def test_choices_of_a_select_are_pressed_by_their_value(server, bot, panel):
    message = await panel(bot.room(story.HELP))
    ids = {button.id for button in last(server, story.SAM).buttons}
    assert {"panel:priority:high", "panel:priority:low"} < ids
    await server.press(story.SAM, story.HELP, str(message.id), "panel:priority:high,low")
    assert last(server, story.SAM).text == "Priority high and low"
    await server.press(story.SAM, story.HELP, str(message.id), f"panel:assign:{story.INES}")
    assert last(server, story.SAM).text == "For Ines Marin"


async def test_buttons_survive_a_new_client_that_knows_their_ids(server, bot, connect, new_bot, panel):
    message = await panel(bot.room(story.HELP))
    await bot.close()
    again = new_bot()
    again.add_view(panel.view())
    await connect(again)
    await server.press(story.SAM, story.HELP, str(message.id), "panel:claim")
    assert last(server, story.MIA).text == "Claimed by Sam Doyle"


async def test_nothing_to_press_or_switched_off_is_refused_by_the_client(server, bot):
    view = discord.ui.View()
    view.add_item(discord.ui.Button(label="Off", custom_id="off", disabled=True))
    message = await bot.room(story.HELP).send("x", view=view)
    for button, words in (("off", "switched off"), ("nothing", "nothing called")):
        with pytest.raises(SurfaceError, match=words):
            await server.press(story.MIA, story.HELP, str(message.id), button)


async def test_a_command_without_a_bot_did_not_respond(server, bot):
    @bot.tree.command(description="d")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    await bot.tree.sync()
    await bot.close()
    await server.settle()
    with pytest.raises(SurfaceError, match="did not respond"):
        await server.command(story.MIA, story.HELP, "ping")


async def test_an_answer_after_three_seconds_is_to_an_unknown_interaction(server, bot, world: World):
    refused: list[int] = []

    @bot.tree.command(description="d")
    async def slow(interaction: discord.Interaction) -> None:
        world.clock.advance(4)
        try:
            await interaction.response.send_message("too late")
        except discord.NotFound as error:
            refused.append(error.code)
        interaction.client.dispatch("done_trying")

    await bot.tree.sync()
    command = asyncio.create_task(server.command(story.MIA, story.HELP, "slow"))
    await bot.hears("done_trying")
    with pytest.raises(SurfaceError, match="did not respond"):
        await command
    assert refused == [10062]


async def test_a_second_answer_is_refused_as_already_acknowledged(server, bot, api):
    seen: list[discord.Interaction] = []

    @bot.tree.command(description="d")
    async def once(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("first")

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "once")
    path = f"/interactions/{seen[0].id}/{seen[0].token}/callback"
    answer = await api.call("POST", path, {"type": 4, "data": {"content": "second"}}, headers={})
    assert (answer.status, answer.body["code"]) == (400, 40060)


async def test_the_token_dies_after_a_quarter_of_an_hour(server, bot, world: World):
    seen: list[discord.Interaction] = []

    @bot.tree.command(description="d")
    async def status(interaction: discord.Interaction) -> None:
        seen.append(interaction)
        await interaction.response.send_message("first")

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "status")
    world.clock.advance(14 * 60)
    await seen[0].followup.send("in time")
    world.clock.advance(2 * 60)
    with pytest.raises(discord.HTTPException) as refusal:
        await seen[0].followup.send("too late")
    assert (refusal.value.status, refusal.value.code) == (401, 50027)


async def test_a_command_in_a_dm_is_answered_even_when_dms_are_closed(server, bot):
    @bot.tree.command(description="d")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    await bot.tree.sync()
    room = server.rooms(story.MIA)[0].id
    await server.block_bot(story.MIA)
    await server.command(story.MIA, room, "ping")
    assert last(server, story.MIA, room).text == "pong"


async def test_commands_are_offered_where_they_are_allowed(server, bot):
    @bot.tree.command(description="d")
    @app_commands.guild_only()
    async def here(interaction: discord.Interaction) -> None: ...

    @bot.tree.command(description="d")
    @app_commands.default_permissions(manage_messages=True)
    async def staff(interaction: discord.Interaction) -> None: ...

    @bot.tree.command(description="d", guild=discord.Object(int(story.GUILD)))
    async def local(interaction: discord.Interaction) -> None: ...

    await bot.tree.sync()
    await bot.tree.sync(guild=discord.Object(int(story.GUILD)))

    def names(person: str, room: str) -> set[str]:
        return {command.name for command in server.commands(person, room)}

    assert names(story.SAM, story.HELP) == {"here", "staff", "local"}
    assert names(story.MIA, story.HELP) == {"here", "local"}
    assert names(story.MIA, server.rooms(story.MIA)[0].id) == {"staff"}


async def test_applications_cannot_be_used_in_a_locked_post(server, bot):
    @bot.tree.command(description="d")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    await bot.tree.sync()
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await server.command(story.MIA, post, "ping")
    assert last(server, story.MIA, post).text == "pong"
    await server.close_room(story.SAM, post, is_archived=False, is_locked=True)
    with pytest.raises(SurfaceError, match="closed"):
        await server.command(story.MIA, post, "ping")


async def test_components_of_the_second_version_are_shown_and_pressed(server, bot):
    class Card(discord.ui.LayoutView):
        def __init__(self) -> None:
            super().__init__(timeout=None)
            button = discord.ui.Button(label="Claim", custom_id="card:claim")
            button.callback = self.claimed
            section = discord.ui.Section("**#1** Wobbly table", accessory=button)
            self.add_item(discord.ui.Container(section, discord.ui.TextDisplay("from Mia")))

        async def claimed(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(
                view=discord.ui.LayoutView().add_item(discord.ui.TextDisplay("yours"))
            )

    message = await bot.room(story.HELP).send(view=Card())
    shown = last(server, story.SAM)
    assert shown.text == "**#1** Wobbly table\nfrom Mia"
    assert [button.id for button in shown.buttons] == ["card:claim"]
    await server.press(story.SAM, story.HELP, str(message.id), "card:claim")
    assert last(server, story.SAM).text == "yours"
