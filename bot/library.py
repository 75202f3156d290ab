"""The command line's side of database and knowledge: migrate, ask."""

import sys
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.answering import written_for
from bot.assembly import make_folder
from bot.core.article import Audience
from bot.runtime.catalogue import operator_texts
from bot.settings import Settings
from bot.taught import open_shelf
from storage import make_engine
from storage.migrate import TooNewError, current, migrate, settled_at


def migrate_now(settings: Settings) -> int:
    engine = reachable_engine(settings)
    before = current(engine)
    after = migrate(engine)
    texts = operator_texts().label
    if before == after:
        _say(texts("The database is at {version}.", version=after))
    elif before is None:
        _say(texts("The database went from empty to {version}.", version=after))
    else:
        _say(texts("The database went from {before} to {version}.", before=before, version=after))
    return 0


def ask(settings: Settings, text: str) -> int:
    """Show what a customer would be offered, and the next best with how sure the bot is."""
    engine = reachable_engine(settings)
    migrate(engine)
    texts, now = operator_texts(), datetime.now(UTC)
    shelf = open_shelf(settings, engine, now)
    index, hidden = shelf.index, shelf.hidden(Audience.CUSTOMERS, now)
    if offered := index.search(text, hidden=hidden, threshold=shelf.threshold):
        best = offered[0]
        told = texts.label(
            "Offered ({sure} sure): {title}", sure=texts.percent(best.confidence), title=best.article.title
        )
        _say(f"{told}\n\n{best.passage}\n")
        if written := written_for(settings, index, text, offered, texts, threshold=shelf.threshold):
            _say(f"{written}\n")
    else:
        told = texts.label(
            "Nothing is offered: no article is at least {sure} sure. A person would be.",
            sure=texts.percent(shelf.threshold),
        )
        _say(f"{told}\n")
    for match in index.search_all(text, limit=5):
        _say(f"{match.confidence:5.0%}  {match.article.title} ({match.article.source})")
    return 0


def reachable_engine(settings: Settings) -> Engine:
    """The database, after a look whether it is there; exits with a sentence when it is not."""
    try:
        return reach(settings)
    except (OSError, SQLAlchemyError) as error:
        sys.exit(away(error))
    except TooNewError as error:
        sys.exit(too_new(error))


def reach(settings: Settings) -> Engine:
    """The database, after a look whether it is there; raises OSError or the database's error when it is not, and
    TooNewError when this version cannot work on it.
    """
    make_folder(settings.database_url)
    engine = make_engine(settings.database_url)
    settled_at(current(engine))
    return engine


def too_new(error: TooNewError) -> str:
    """What to say and do about a database that this version cannot share with the one that was here."""
    return operator_texts().label(
        "The database (schema {at}) was changed by a newer version of Allhands, and this one cannot work on it. Start "
        "the newer version, or restore a backup from before the update.",
        at=error,
    )


def away(error: Exception, waited_minutes: int = 0) -> str:
    """What to say and do about a database that cannot be reached."""
    texts = operator_texts()
    told = texts.label(
        "The database cannot be reached (DATABASE_URL): {error}. Is it running, and is the address right?",
        error=type(error).__name__,
    )
    if not waited_minutes:
        return told
    return f"{told} {texts.label('Waited: {span}.', span=texts.span(waited_minutes))}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
