"""Commands, buttons, forms, shortcuts and the App Home, there and back."""

from adapters.slack import SlackAdapter
from bot.core.content import Button, Content, FieldKind, Form, FormField
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    FormSubmitted,
    HomeOpened,
    MessageReceived,
    ShortcutUsed,
)
from bot.core.outgoing import Answer, OpenForm, ShowHome
from bot.core.places import Identity, Place
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.slack_house import HELP, STAFF, TEAM, House, post, send, until

DM = Place("slack", TEAM, "D0CARLA", is_direct=True)
FORM = Form(
    "ticket",
    "New ticket",
    "Send",
    (
        FormField("subject", "What is it about?", max_length=80),
        FormField("details", "Tell us more", FieldKind.PARAGRAPH, is_required=False, value="so far"),
        FormField("area", "Area", FieldKind.CHOICE, options=(("del", "Delivery"), ("pay", "Payment"))),
    ),
    subject="42",
)


async def test_a_command_is_heard_under_its_own_name_and_answered_only_for_its_giver(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.command("U0KURT", "C0HELP", "support-help", "with my <order> & *bill*")
    (event,) = await house.intake.wait_for(CommandGiven)
    assert (event.name, event.arguments) == ("help", "with my \\<order> & **bill**")
    assert event.place == Place("slack", TEAM, "C0HELP")
    assert event.author.is_in_staff_space is False
    await send(
        adapter, Answer(event.place, event.author.identity, Content(text="Like **this**"), event.handle)
    )
    (seen,) = server.messages("U0KURT", "C0HELP")
    assert (seen.text, seen.is_private) == ("Like this", True)
    assert server.messages("U0CARLA", "C0HELP") == []


async def test_a_staff_command_asks_who_is_in_the_staff_space(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.command("U0ANA", "C0HELP", "claim", "1")
    await server.command("U0KURT", "C0HELP", "claim", "1")
    staff, customer = await house.intake.wait_for(CommandGiven, 2)
    assert staff.author.is_in_staff_space is True
    assert customer.author.is_in_staff_space is False


async def test_a_command_of_a_colleague_shows_that_they_are_one(house: House, server: SlackServer) -> None:
    house.colleagues = (Place("slack", channel="C0HELP"),)
    server.workspace.channels["C0HELP"].members.remove("U0KURT")
    async with house.running():
        await server.command("U0PRIYA", "D0PRIYA", "human")
        await server.command("U0KURT", "D0KURT", "human")
        events = await house.intake.wait_for(CommandGiven, 2)
    assert {event.author.name: event.author.is_colleague for event in events} == {
        "Priya": True,
        "Kurt": False,
    }


async def test_a_command_in_the_direct_chat_is_answered_there_for_good(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.command("U0CARLA", "D0CARLA", "human", "please")
    (event,) = await house.intake.wait_for(CommandGiven)
    assert event.place == DM
    await send(adapter, Answer(event.place, event.author.identity, Content(text="Soon"), event.handle))
    (seen,) = server.messages("U0CARLA", "D0CARLA")
    assert (seen.text, seen.is_private) == ("Soon", False)


async def test_a_command_where_the_bot_is_not_is_answered_all_the_same(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.command("U0KURT", "C0RANDOM", "human")
    (event,) = await house.intake.wait_for(CommandGiven)
    for number in range(6):
        answer = Answer(event.place, event.author.identity, Content(text=f"Answer {number}"), event.handle)
        await send(adapter, answer)
    # Slack takes five answers at the address of an interaction; the sixth goes to the direct chat.
    assert house.texts("U0KURT", "C0RANDOM") == [f"Answer {number}" for number in range(5)]
    assert house.texts("U0KURT", "D0KURT") == ["Answer 5"]


async def test_an_answer_without_a_handle_is_shown_to_that_person_only(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    kurt = Identity("slack", TEAM, "U0KURT")
    await send(adapter, Answer(Place("slack", TEAM, "C0HELP"), kurt, Content(text="Only you")))
    (seen,) = server.messages("U0KURT", "C0HELP")
    assert (seen.text, seen.is_private) == ("Only you", True)


async def test_a_public_answer_is_for_everybody_in_the_thread(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "Hello")
    place, kurt = Place("slack", TEAM, "C0HELP", ts), Identity("slack", TEAM, "U0KURT")
    receipt = await send(adapter, Answer(place, kurt, Content(text="All of you"), is_private=False))
    assert house.texts("U0CARLA", f"C0HELP:{ts}") == ["Hello", "All of you"]
    assert receipt.messages[0].place == place


async def test_a_command_typed_as_a_message_is_the_command(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    card = (await post(adapter, STAFF, "Card")).messages[0].id
    await server.reply_in_thread("U0ANA", "C0SUPPORT", card, " /claim 7")
    await server.say("U0CARLA", "D0CARLA", " /help me with _this_")
    await server.say("U0CARLA", "D0CARLA", " /unknown thing")
    claim, help_ = sorted(await house.intake.wait_for(CommandGiven, 2), key=lambda event: event.name)
    (message,) = await house.intake.wait_for(MessageReceived)
    assert (claim.name, claim.arguments, claim.author.is_in_staff_space) == ("claim", "7", True)
    assert claim.place == Place("slack", TEAM, "C0SUPPORT", card)
    assert claim.message is not None
    assert (help_.name, help_.arguments) == ("help", "me with _this_")
    assert message.text == "/unknown thing"


async def test_a_button_comes_back_with_its_action_and_subject_whatever_process_made_it(
    house: House, server: SlackServer
) -> None:
    async with house.running() as adapter:
        receipt = await post(adapter, STAFF, Content(text="Card", buttons=(Button("Claim", "claim", "12"),)))
        card = receipt.messages[0].id
    async with house.running() as adapter:
        await server.press("U0ANA", "C0SUPPORT", card, "claim:12")
        (event,) = await house.intake.wait_for(ButtonPressed)
        assert (event.action, event.subject) == ("claim", "12")
        assert event.place == receipt.messages[0].place
        assert event.message == receipt.messages[0]
        assert event.author.is_in_staff_space is True
        await send(adapter, Answer(event.place, event.author.identity, Content(text="Yours"), event.handle))
    assert [(seen.text, seen.is_private) for seen in server.messages("U0ANA", "C0SUPPORT")] == [
        ("Card", False),
        ("Yours", True),
    ]
    assert len(server.messages("U0BEN", "C0SUPPORT")) == 1


async def test_a_button_in_a_thread_is_answered_in_that_thread(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "Hello")
    place = Place("slack", TEAM, "C0HELP", ts)
    offer = await post(adapter, place, Content(text="Was it this?", buttons=(Button("Yes", "solved", "3"),)))
    await server.press("U0KURT", f"C0HELP:{ts}", offer.messages[0].id, "solved:3")
    (event,) = await house.intake.wait_for(ButtonPressed)
    assert event.place == place
    await send(adapter, Answer(place, event.author.identity, Content(text="Good"), event.handle))
    assert house.texts("U0KURT", f"C0HELP:{ts}")[-1] == "Good"


async def test_a_link_button_says_nothing_to_the_desk(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await post(adapter, HELP, Content(text="x", buttons=(Button("Read", url="https://x.example"),)))
    await server.press("U0KURT", "C0HELP", receipt.messages[0].id, "link:0")
    await server.settle()
    assert house.intake.events == []


async def test_a_form_opens_and_comes_back_with_what_was_entered(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.command("U0KURT", "C0HELP", "ticket")
    (event,) = await house.intake.wait_for(CommandGiven)
    await send(adapter, OpenForm(event.place, event.author.identity, FORM, event.handle))
    form = server.form("U0KURT")
    assert form is not None
    assert (form.title, form.submit_label) == ("New ticket", "Send")
    subject, details, area = form.fields
    assert (details.value, [label for _, label in area.options]) == ("so far", ["Delivery", "Payment"])
    await server.submit("U0KURT", form.id, {subject.id: "Sofa", details.id: "2 < 3", area.id: "pay"})
    (submitted,) = await house.intake.wait_for(FormSubmitted)
    assert (submitted.name, submitted.subject, submitted.place) == ("ticket", "42", event.place)
    assert submitted.values == {"subject": "Sofa", "details": "2 < 3", "area": "pay"}
    assert server.form("U0KURT") is None
    await send(
        adapter, Answer(submitted.place, submitted.author.identity, Content(text="Thanks"), submitted.handle)
    )
    (seen,) = server.messages("U0KURT", "C0HELP")
    assert (seen.text, seen.is_private) == ("Thanks", True)


async def test_a_form_that_comes_too_late_is_offered_by_a_button_that_outlives_the_process(
    house: House, server: SlackServer
) -> None:
    async with house.running() as adapter:
        await server.command("U0KURT", "C0HELP", "ticket")
        (event,) = await house.intake.wait_for(CommandGiven)
        server.world.clock.advance(10)
        await send(adapter, OpenForm(event.place, event.author.identity, FORM, event.handle))
    assert server.form("U0KURT") is None
    (offer,) = server.messages("U0KURT", "C0HELP")
    async with house.running():
        await server.press("U0KURT", "C0HELP", offer.id, "open-form")
        await until(lambda: server.form("U0KURT") is not None)
        form = server.form("U0KURT")
        assert form is not None
        await server.submit("U0KURT", form.id, {"subject": "Sofa", "area": "del"})
        (submitted,) = await house.intake.wait_for(FormSubmitted)
    assert (submitted.subject, submitted.place) == ("42", event.place)


async def test_a_message_menu_names_the_message_its_author_and_who_used_it(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "My *sofa*")
    await server.shortcut("U0ANA", "C0HELP", ts, "open_ticket")
    (event,) = await house.intake.wait_for(ShortcutUsed)
    assert (event.name, event.text, event.message.id) == ("open_ticket", "My **sofa**", ts)
    assert (event.author.name, event.message_author.name) == ("Ana", "Kurt")
    assert event.author.is_in_staff_space is True
    assert event.place == Place("slack", TEAM, "C0HELP", ts)


async def test_a_message_menu_tells_whether_the_bot_is_in_that_room(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    for room in ("C0RANDOM", "C0HELP"):
        ts = await server.say("U0KURT", room, "My sofa")
        await server.shortcut("U0KURT", room, ts, "open_ticket")
    outside, inside = await house.intake.wait_for(ShortcutUsed, count=2)
    assert (outside.place.channel, outside.can_answer_there) == ("C0RANDOM", False)
    assert (inside.place.channel, inside.can_answer_there) == ("C0HELP", True)


async def test_the_app_home_is_drawn_when_somebody_opens_it(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    carla = Identity("slack", TEAM, "U0CARLA")
    await server.open_home("U0CARLA")
    (event,) = await house.intake.wait_for(HomeOpened)
    assert (event.author.identity, event.author.is_in_staff_space) == (carla, False)
    sections = (Content(title="Your tickets"), *(Content(text=f"Ticket {number}") for number in range(80)))
    await send(adapter, ShowHome(carla, (*sections, Content(text="x", buttons=(Button("Ask", "ask", "1"),)))))
    home = server.home("U0CARLA")
    assert "Your tickets" in home.text
    assert len(home.native["blocks"]) == 100
    await server.open_messages_tab("U0CARLA")
    await server.settle()
    assert len(house.intake.of(HomeOpened)) == 1


async def test_a_button_on_the_app_home_belongs_to_the_persons_direct_chat(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    carla = Identity("slack", TEAM, "U0CARLA")
    await send(adapter, ShowHome(carla, (Content(text="Hello", buttons=(Button("Ask", "ask", "1"),)),)))
    await server.press("U0CARLA", "home", "home", "ask:1")
    (event,) = await house.intake.wait_for(ButtonPressed)
    assert (event.action, event.place, event.message) == ("ask", DM, None)
