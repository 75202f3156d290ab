"""Why an answer that a language model was asked for is not shown."""

from enum import StrEnum


class Unwritten(StrEnum):
    """The reason, as it is counted; what the service did wrong comes first, then what the model wrote."""

    SLOW = "slow"
    UNREACHABLE = "unreachable"
    LIMITED = "limited"
    """It was asked too often (429)."""
    STATUS = "status"
    """Any other answer than 200."""
    TOO_LARGE = "too_large"
    NO_COMPLETION = "no_completion"
    """What came is not what a service of this kind says."""

    CUT_OFF = "cut_off"
    REFUSED = "refused"
    FORM = "form"
    """The model's words are not in the form that was asked for."""
    NO_ANSWER = "no_answer"
    """The model says that the passages do not answer the question."""
    LENGTH = "length"
    CHARACTERS = "characters"
    """Signs that steer how a text is shown, or what only markup needs."""
    REPEATED = "repeated"
    CITATION = "citation"
    """A sentence without one, or of a passage that there is not."""
    QUOTE = "quote"
    """Words that do not stand in the passage."""
    NUMBER = "number"
    AMOUNT = "amount"
    """The number is there, but not as this price or share."""
    ADDRESS = "address"
    """A link, an e-mail address, a mention or a command."""
    WORDS = "words"
    """Too few of the sentence's words stand in the passage."""
    OWN_WORDS = "own_words"
    """It speaks of the bot's own buttons."""
    LANGUAGE = "language"


SERVICE = frozenset({Unwritten.SLOW, Unwritten.UNREACHABLE, Unwritten.LIMITED, Unwritten.STATUS, Unwritten.TOO_LARGE,
                     Unwritten.NO_COMPLETION})  # fmt: skip
"""What no question can bring about in a service that works."""


class NotWrittenError(Exception):
    """There is no answer by the model; `after_seconds` is when the service wants to be asked again."""

    def __init__(self, reason: Unwritten, detail: str = "", after_seconds: float | None = None) -> None:
        """Say why; `detail` is for operators, and holds nothing of what was asked or answered."""
        told = f"{reason.value} ({detail})" if detail else reason.value
        super().__init__(detail if detail.startswith(reason.value) else told)
        self.reason, self.after_seconds = reason, after_seconds
