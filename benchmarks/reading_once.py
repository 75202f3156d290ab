"""Reading piece by piece what is asked again and again."""

from collections.abc import Sequence

from knowledge.vectors import Embedder, Vectors
from knowledge.wording import ReadsPieces


def pieces_once(embedder: Embedder, known: dict[str, Vectors], texts: Sequence[str]) -> list[Vectors]:
    """The pieces of each text; of a question, which comes alone, worked out once and kept in `known`."""
    if not isinstance(embedder, ReadsPieces):
        raise TypeError("only the model of English is read piece by piece")
    if len(texts) != 1:
        return embedder.pieces(texts)
    if texts[0] not in known:
        (known[texts[0]],) = embedder.pieces(texts)
    return [known[texts[0]]]
