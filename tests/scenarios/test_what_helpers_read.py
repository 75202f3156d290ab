"""What whoever is called to help reads: all that the customer said, and nothing twice."""

import pytest

from tests.stage import Person, Stage


@pytest.fixture
async def carl(stage: Stage) -> Person:
    """A colleague on Telegram who knows shelves."""
    carl = stage.person("telegram", "Carl", is_colleague=True)
    await carl.gives("volunteer", "on shelves")
    return carl


async def test_notes_and_announcements_push_no_word_of_the_customer_out(
    stage: Stage, dana: Person, carl: Person, ana: Person
) -> None:
    await dana.says("My shelf came without its feet", files=(dana.file("shelf.jpg"),))
    await dana.gives("human")
    for number in range(12):
        await ana.gives("note", f"#1 asked the carrier, try {number}")
    await ana.gives("sos")
    await carl.presses("Jump in")
    shown = next(text for text in carl.sees if "What you write here now goes to the customer" in text)
    assert "**Dana:** My shelf came without its feet" in shown
    assert "try 11" not in shown
    brought = stage.platform("telegram").in_place(carl.direct)
    assert any(file.name == "shelf.jpg" for one in brought for file in one.content.files)
    await ana.gives("claim", "1")
    assert "**Dana:** My shelf came without its feet" in stage.card().text


async def test_what_the_whole_room_reads_is_not_told_to_one_of_it_as_well(
    stage: Stage, carl: Person, ana: Person
) -> None:
    await ana.gives("sos", "help", at=stage.staff_space)
    assert ana.answers == []
    await ana.gives("sos", "end", at=stage.staff_space)
    assert ana.answers == []
    assert stage.in_staff_space()[-1].startswith("The call for help is over.")
