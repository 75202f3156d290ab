"""Forms (modals): opened, checked by the client, filled in, put away."""

import discord
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.surface import Message, SurfaceError


def last(server: DiscordServer, person: str, room: str = story.HELP) -> Message:
    return server.messages(person, room)[-1]


async def test_a_button_opens_a_form_whose_errors_the_client_shows_itself(server, bot, panel):
    message = await panel(bot.room(story.HELP))
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


async def test_a_form_that_is_put_away_is_never_sent(server, bot, panel):
    message = await panel(bot.room(story.HELP))
    await server.press(story.MIA, story.HELP, str(message.id), "panel:open")
    form = server.form(story.MIA)
    await server.close_form(story.MIA, form.id)
    assert server.form(story.MIA) is None
    with pytest.raises(SurfaceError, match="not open"):
        await server.submit(story.MIA, form.id, {"subject": "too late"})
