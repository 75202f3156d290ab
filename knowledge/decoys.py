"""Articles about nothing a company sells: rivals for the first few articles of a young knowledge base.

How sure an answer is shows in how far it leads its rivals. With one article there are none, and with three they
say little; against these a right answer leads clearly, and a question about something else finds them instead.
They are never shown.
"""

from collections.abc import Sequence

from knowledge.article import Article

ENOUGH_TOPICS = 9
"""From here on a knowledge base is its own measure."""

_TEXTS = (
    ("Weather forecast", "Tomorrow it will be sunny with light wind and a chance of rain in the evening."),
    (
        "A recipe for pancakes",
        "Mix flour, eggs and milk, let the dough rest, and bake it in a hot pan with butter.",
    ),
    ("Football results", "The home team won two to one after a goal in the last minute of the game."),
    (
        "A chapter of history",
        "The castle was built in the twelfth century and burnt down two hundred years later.",
    ),
    ("Jokes and small talk", "Tell me a joke, sing a song, who are you, how old are you, are you a robot."),
    (
        "Sights of a city",
        "The old town, the cathedral and the bridge over the river are the best known sights.",
    ),
    ("Headache and fever", "Drink a lot of water, rest, and see a doctor when the fever does not go down."),
    ("Working with us", "A new colleague in sales is wanted, full time, to begin next month."),
)


def decoys_for(articles: Sequence[Article]) -> tuple[Article, ...]:
    """As many as the articles lack to be enough topics; none for no articles at all."""
    topics = len({article.key for article in articles})
    wanted = ENOUGH_TOPICS - topics if topics else 0
    return tuple(
        Article(key=f"decoy {number}", language="en", title=title, body=body)
        for number, (title, body) in enumerate(_TEXTS[: max(0, wanted)])
    )
