"""Carrying a code from one account to another, as people do."""

import re

from tests.stage.people import Person

_CODE = re.compile(r"\*\*([0-9A-Z]{5}-[0-9A-Z]{5})\*\*")


def code_of(person: Person) -> str:
    """The code in the newest answer that only this person sees."""
    found = _CODE.search(person.was_told)
    assert found, person.was_told
    return found[1]


async def links(one: Person, other: Person) -> None:
    await one.gives("link")
    await other.gives("link", code_of(one))
