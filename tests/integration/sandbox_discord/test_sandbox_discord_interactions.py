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


class TicketForm(discord.ui.Modal, title="New ticket"):
    subject = discord.ui.TextInput(label="Subject", custom_id="subject", min_length=3, max_length=20)
    details = discord.ui.TextInput(
        label="Details",
        custom_id="details",
        style=discord.TextStyle.paragraph,
        required=False,
        default="none",
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text = f"{self.subject.value}: {self.details.value}"
        await interaction.response.send_message(text, ephemeral=True)


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Open a ticket", custom_id="panel:open")
    async def open(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.send_modal(TicketForm())

    @discord.ui.button(label="Claim", custom_id="panel:claim", style=discord.ButtonStyle.success)
    async def claim(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.edit_message(content=f"Claimed by {interaction.user.display_name}")

    @discord.ui.button(label="Later", custom_id="panel:later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="edited later")

    @discord.ui.select(
        custom_id="panel:priority",
        max_values=2,
        options=[
            discord.SelectOption(label="High", value="high"),
            discord.SelectOption(label="Low", value="low"),
        ],
    )
    async def priority(self, interaction: discord.Interaction, select: discord.ui.Select) -> None:
        await interaction.response.send_message("Priority " + " and ".join(select.values), ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="panel:assign")
    async def assign(self, interaction: discord.Interaction, select: discord.ui.UserSelect) -> None:
        await interaction.response.send_message(f"For {select.values[0].display_name}", ephemeral=True)


async def panel(bot) -> discord.Message:
    message: discord.Message = await bot.room(story.HELP).send("Need help?", view=Panel())
    return message


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


async def test_a_button_opens_a_form_whose_errors_the_client_shows_itself(server, bot):
    message = await panel(bot)
    await server.press(story.MIA, story.HELP, str(message.id), "panel:open")
    form = server.form(story.MIA)
    assert form.title == "New ticket"
    assert [(one.id, one.label, one.kind, one.is_required, one.value) for one in form.fields] == [
        ("subject", "Subject", "text", True, ""),
        ("details", "Details", "paragraph", False, "none"),
    ]
    assert server.form(story.NOAH) is None
    await server.submit(story.MIA, form.id, {"subject": "no"})
    assert server.form(story.MIA).fields[0].error == "Must be at least 3 characters."
    await server.submit(story.MIA, form.id, {"subject": "Broken leg"})
    assert server.form(story.MIA) is None
    shown = last(server, story.MIA)
    assert (shown.text, shown.is_private) == ("Broken leg: none", True)


async def test_a_form_of_labels_selects_and_text_comes_back_filled(server, bot):
    got: list[object] = []

    class Survey(discord.ui.Modal, title="How was it?"):
        intro = discord.ui.TextDisplay("Thanks!")
        mark = discord.ui.Label(
            text="Mark",
            component=discord.ui.Select(
                custom_id="mark", options=[discord.SelectOption(label="Good", value="5", description="so")]
            ),
        )
        why = discord.ui.Label(text="Why", component=discord.ui.TextInput(custom_id="why", required=False))

        async def on_submit(self, interaction: discord.Interaction) -> None:
            got.append((self.mark.component.values, self.why.component.value))
            await interaction.response.send_message("noted", ephemeral=True)

    @bot.tree.command(description="d")
    async def survey(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Survey())

    await bot.tree.sync()
    await server.command(story.MIA, story.HELP, "survey")
    form = server.form(story.MIA)
    assert [(one.id, one.kind, one.options) for one in form.fields] == [
        ("mark", "select", (("5", "Good"),)),
        ("why", "text", ()),
    ]
    await server.submit(story.MIA, form.id, {"mark": "4"})
    assert server.form(story.MIA).fields[0].error == "Choose from the list."
    await server.submit(story.MIA, form.id, {"mark": "5", "why": "quick"})
    assert got == [(["5"], "quick")]


async def test_a_button_may_edit_its_message_at_once_or_later(server, bot):
    message = await panel(bot)
    await server.press(story.SAM, story.HELP, str(message.id), "panel:claim")
    assert last(server, story.MIA).text == "Claimed by Sam Doyle"
    await server.press(story.SAM, story.HELP, str(message.id), "panel:later")
    await bot.hears("message_edit", lambda _, after: after.content == "edited later")


async def test_choices_of_a_select_are_pressed_by_their_value(server, bot):
    message = await panel(bot)
    ids = {button.id for button in last(server, story.SAM).buttons}
    assert {"panel:priority:high", "panel:priority:low"} < ids
    await server.press(story.SAM, story.HELP, str(message.id), "panel:priority:high,low")
    assert last(server, story.SAM).text == "Priority high and low"
    await server.press(story.SAM, story.HELP, str(message.id), f"panel:assign:{story.INES}")
    assert last(server, story.SAM).text == "For Ines Marin"


async def test_buttons_survive_a_new_client_that_knows_their_ids(server, bot, connect, new_bot):
    message = await panel(bot)
    await bot.close()
    again = new_bot()
    again.add_view(Panel())
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
