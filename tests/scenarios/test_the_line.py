"""One ticket's life, told as people live it, on both databases."""

from pathlib import Path

from tests.stage import Person, Stage, open_stage


async def test_a_question_is_answered_with_its_source(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, has_real_search=True) as stage:
        dana = stage.person("telegram", "Dana")
        await dana.says("When does my parcel arrive?")
        assert "two to four working days" in dana.sees[-1]
        assert dana.sees[-1].endswith("Source: When does my parcel arrive?")
        await dana.presses("That solved it")
        assert dana.sees[-1].startswith("Glad that helped!")


async def test_a_whole_ticket_from_question_to_check_in(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.says("My **shelf** wobbles like mad, quarkzilla")
    await dana.presses("Talk to a person")
    assert "#1" in dana.sees[-1]
    assert "next in line" in dana.sees[-1]
    assert "shelf" in stage.in_thread()[0]
    await ana.gives("claim", "1")
    await ben.gives("claim", "1")
    assert "Ana** was first" in ben.was_told
    assert "**Ana** is helping you" in dana.sees[-1]
    sent = await ana.says("Hello **Dana**", at=stage.thread())
    assert dana.sees[-1] == "Ana: Hello **Dana**"
    assert stage.marks(sent) == ["sent"]
    noted = await ben.says("be nice to her", at=stage.thread())
    assert stage.marks(noted) == ["note"]
    assert all("nice" not in seen for seen in dana.sees)
    await ana.gives("resolve", at=stage.thread())
    assert "How was the help" in dana.sees[-1]
    await dana.presses("4 ★")
    await dana.says("Ana was kind")
    assert ("Rating", "★★★★☆ “Ana was kind”") in stage.card().fields
    await stage.later(hours=24)
    assert "is it still working?" in dana.sees[-1]
    count = len(dana.sees)
    await stage.later(hours=48)
    assert len(dana.sees) == count
    await dana.presses("No")
    assert "#1" in dana.sees[-1]
    assert stage.state() == "waiting"
