"""Which keys lie beside each other: a finger that slips strikes one of them."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm"), ("qwertzuiop", "asdfghjkl", "yxcvbnm")
KEY_OF = dict(zip("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm", strict=True))
"""On which keys Greek letters lie."""


def _neighbours() -> frozenset[tuple[str, str]]:
    """Pairs of letters whose keys touch, on the keyboards of English and German order."""
    places = [(key, row, column) for board in _KEYS for row, keys in enumerate(board)
              for column, key in enumerate(keys)]  # fmt: skip
    # Each row lies half a key to the right of the one above.
    return frozenset(
        (one, other)
        for one, row, column in places
        for other, below, beside in places
        if (below == row and abs(beside - column) == 1)
        or (below == row + 1 and beside in (column - 1, column))
        or (below == row - 1 and beside in (column, column + 1))
    )


TOUCHING = _neighbours()
"""Pairs of letters whose keys touch, both ways."""
