"""How sure an answer must be where nobody has chosen it from the company's own questions."""

# Below this probability of being right the bot says nothing. Measured: docs/knowledge.md.
THRESHOLD = 0.85
THRESHOLD_OF_FEW = 0.8
# A young base has no sibling articles to be mistaken for each other, so less is needed to be sure.
FEW_TOPICS, MANY_TOPICS = 10, 30


def threshold_for(topics: int) -> float:
    """Return how sure the bot must be: THRESHOLD from MANY_TOPICS on, less for a base of a few topics."""
    share = min(1.0, max(0.0, (topics - FEW_TOPICS) / (MANY_TOPICS - FEW_TOPICS)))
    return THRESHOLD_OF_FEW + share * (THRESHOLD - THRESHOLD_OF_FEW)
