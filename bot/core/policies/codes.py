"""Codes that people read on one screen and type on another: no letter looks like another one."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: without I, L, O and U."""
LENGTH = 10
"""Fifty bits."""
LONGEST_READ = 100
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def spelled(code: str) -> str:
    """'ABCDE-FGHJK': in halves that can be kept in mind."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def code_in(typed: str) -> str | None:
    """The code that somebody typed in their own way; None for what cannot be one."""
    code = typed[:LONGEST_READ].strip().strip("`*").upper().translate(_MEANT)
    return code if len(code) == LENGTH and all(char in ALPHABET for char in code) else None
