"""First names out of what people call themselves, and names that look alike."""

import pytest

from bot.core.policies.naming import first_name, is_same_name


@pytest.mark.parametrize(
    ("shown", "first"),
    [
        pytest.param("Ana Kovač", "Ana", id="first and last"),
        pytest.param("Ana", "Ana", id="first alone"),
        pytest.param("Dr. Ana Kovač", "Ana", id="a title"),
        pytest.param("Kovač, Ana", "Ana", id="the family first, with a comma"),
        pytest.param("Ana-Marija Kovač", "Ana-Marija", id="a double name"),
        pytest.param("J. Robin Smith", "Robin", id="an initial"),
        pytest.param("(she/her) Ana", "Ana", id="an aside before it"),
        pytest.param("Ana [Support]", "Ana", id="an aside behind it"),
        pytest.param("ana.kovac", "ana", id="a handle"),
        pytest.param("ana_kovac@example.com", "ana", id="an address"),
        pytest.param("🌷 Ana Kovač", "Ana", id="an emoji before it"),
        pytest.param("Kovač,", "Kovač", id="a comma and nothing"),
        pytest.param("...", "", id="no name"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_first_name(shown: str, first: str) -> None:
    assert first_name(shown) == first


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        pytest.param("Dana", "dána", True, id="case and accents"),
        pytest.param("Mary-Jane", "mary jane", True, id="what is between"),
        pytest.param("Ｄana", "Dana", True, id="wide letters"),
        pytest.param("Dana", "Danas", False, id="another name"),
        pytest.param("", "...", False, id="no names at all"),
    ],
)
def test_names_that_look_alike(one: str, other: str, is_same: bool) -> None:
    assert is_same_name(one, other) is is_same
