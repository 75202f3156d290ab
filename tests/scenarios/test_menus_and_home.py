"""Message menus, and a person's own page."""

from bot.core.places import Place
from tests.stage import Person, Stage

ROOM = Place("slack", channel="GENERAL", thread="9")


async def test_a_customer_opens_a_ticket_about_their_own_message(stage: Stage) -> None:
    eli = stage.person("slack", "Eli")
    at = eli.new_message(ROOM)
    await eli.uses("open_ticket", at, "My **shelf** wobbles", eli)
    assert stage.card().title == "#1 My shelf wobbles"
    assert "**Eli:** My **shelf** wobbles" in stage.card().text
    assert "Your ticket is **#1**" in stage.platform("slack").in_place(ROOM)[-1].content.text


async def test_where_the_bot_is_not_a_ticket_goes_on_in_the_direct_chat(stage: Stage, ana: Person) -> None:
    eli = stage.person("slack", "Eli")
    at = eli.new_message(ROOM)
    await eli.uses("open_ticket", at, "My shelf wobbles", eli, can_answer_there=False)
    assert eli.was_told == "A ticket is open; the answer comes in a direct chat, for I am not in this room."
    assert eli.sees[-1].startswith("This is about what you wrote: “My shelf wobbles”. I have asked our team")
    assert stage.card().title == "#1 My shelf wobbles"
    await ana.gives("claim", "1")
    await ana.says("I can help", at=stage.thread())
    assert eli.sees[-1] == "Ana: I can help"
    await eli.says("great")
    assert stage.in_thread()[-1] == "Eli: great"
    assert stage.platform("slack").in_place(ROOM) == []


async def test_a_customer_does_not_open_one_about_somebody_elses(stage: Stage, dana: Person) -> None:
    eli, eve = stage.person("slack", "Eli"), stage.person("slack", "Eve")
    await eve.uses("open_ticket", eli.new_message(ROOM), "private", eli)
    assert eve.was_told == "You can open a ticket about your own messages."
    assert stage.threads() == []


async def test_staff_open_one_in_the_customers_name(stage: Stage, ana: Person) -> None:
    eli = stage.person("slack", "Eli")
    at = eli.new_message(ROOM)
    await ana.uses("open_ticket", at, "My shelf wobbles", eli)
    assert "Customer: Eli" in stage.in_thread()[0]
    await ana.gives("claim", "1")
    await ana.says("I can help", at=stage.thread())
    assert stage.platform("slack").in_place(ROOM)[-1].content.text == "I can help"
    await eli.says("great", at=ROOM)
    assert stage.in_thread()[-1] == "Eli: great"


async def test_a_ticket_about_a_message_in_the_staff_thread_or_of_a_bot_is_refused(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    await ana.uses("open_ticket", ana.new_message(stage.thread()), "hm", ana)
    assert ana.was_told == "No ticket can be opened about this message."
    await ana.uses("open_ticket", ana.new_message(stage.staff_space), "hm", ana)
    assert ana.was_told == "No ticket can be opened about this message."
    robot = stage.person("slack", "Robot", is_bot=True)
    await ana.uses("open_ticket", robot.new_message(ROOM), "beep", robot)
    assert ana.was_told == "No ticket can be opened about this message."
    assert len(stage.threads()) == 1


async def test_the_same_message_twice_is_one_ticket(stage: Stage) -> None:
    eli = stage.person("slack", "Eli")
    at = eli.new_message(ROOM)
    await eli.uses("open_ticket", at, "My shelf wobbles", eli)
    await eli.uses("open_ticket", at, "My shelf wobbles", eli)
    assert len(stage.threads()) == 1
    assert stage.card().text.count("My shelf wobbles") == 1


async def test_another_message_is_added_to_the_open_ticket(stage: Stage) -> None:
    eli = stage.person("slack", "Eli")
    await eli.uses("open_ticket", eli.new_message(ROOM), "My shelf wobbles", eli)
    await eli.uses("open_ticket", eli.new_message(ROOM), "And the door squeaks", eli)
    assert len(stage.threads()) == 1
    assert stage.in_thread()[-1] == "Eli: And the door squeaks"


async def test_a_message_in_somebody_elses_thread_opens_ones_own_ticket(stage: Stage) -> None:
    dan, eve = stage.person("slack", "Dan"), stage.person("slack", "Eve")
    await dan.says("human please", at=ROOM, is_to_bot=True, is_opening=True)
    said = await eve.says("mine squeaks too", at=ROOM)
    await eve.uses("open_ticket", said, "mine squeaks too", eve)
    assert "Customer: Eve" in stage.in_thread(2)[0]
    assert "Your ticket is **#2**" in eve.sees[-1]


async def test_staff_keep_a_message_as_a_note(stage: Stage, dana: Person, ana: Person) -> None:
    said = await dana.says("my customer number is 77")
    await dana.gives("human")
    copy = stage.staff_platform.in_place(stage.thread())[0].at
    await ana.uses("add_note", copy, "my customer number is 77", dana)
    assert stage.in_thread()[-1] == "Ana (note): **Dana:** my customer number is 77"
    assert said
    await ana.uses("add_note", ana.new_message(ROOM), "something", ana)
    assert "This message belongs to no ticket." in ana.was_told
    await dana.uses("add_note", said, "my customer number is 77", dana)
    assert dana.was_told.startswith("This is for the support team.")


async def test_a_name_with_markup_does_not_format_the_note(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    star = stage.person("slack", "*Star*")
    await ana.uses("add_note", ana.new_message(stage.thread()), "hello", star)
    assert stage.in_thread()[-1] == "Ana (note): **\\*Star\\*:** hello"


async def test_a_customers_page_shows_their_tickets_and_closes_them(stage: Stage, ana: Person) -> None:
    eli = stage.person("slack", "Eli")
    await eli.opens_home()
    assert eli.home[0].startswith("Support of Juniper & Pine")
    await eli.gives("ticket", "my *first* matter")
    await eli.opens_home()
    assert "**#1** my \\*first\\* matter" in eli.home[1]
    assert "You are next in line." in eli.home[1]
    section = stage.platform("slack").scenery.homes[-1].sections[1]
    await eli.presses_this(section.buttons[0])
    await eli.opens_home()
    assert eli.home[1] == "✓ **#1** my \\*first\\* matter: solved"


async def test_an_agents_page_shows_the_queue(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("ticket", "my shelf")
    await ana.opens_home()
    assert "1 customer waiting" in ana.home[1]
    assert "**#1** my shelf" in ana.home[1]
    section = stage.platform("slack").scenery.homes[-1].sections[1]
    await ana.presses_this(section.buttons[0])
    assert "**Ana** is helping you now" in dana.sees[-1]


async def test_a_customers_page_shows_nothing_of_others(stage: Stage, dana: Person) -> None:
    await dana.gives("ticket", "my secret shelf")
    eve = stage.person("slack", "Eve")
    await eve.opens_home()
    assert "secret" not in str(eve.home)
