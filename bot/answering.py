"""The language model that writes answers, as the settings name it; tried out for whoever sets it up."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from adapters import Finding
from bot.core.actions import Search
from bot.core.article import Audience
from bot.core.events import AnswersFound
from bot.core.texts import Texts, plain
from bot.runtime.composing import own_words, query_for
from bot.runtime.librarian import match_of
from bot.settings import Settings
from knowledge.article import Match
from knowledge.figures import shipped_figures
from knowledge.grounding import Checker, Passage
from knowledge.index import Index
from knowledge.language_model import LanguageModel
from knowledge.question import Reader
from knowledge.unwritten import SERVICE, NotWrittenError, Unwritten
from knowledge.written import Query, write_answer

_TRIAL = Query(
    "How long do I have to send something back, and what does it cost?",
    "en",
    (
        Passage(
            "returns",
            "en",
            "Returning an item",
            "You may return anything within **30 days** after it arrived. Returning an item costs 4.90 €, "
            "which we take off the refund.",
        ),
    ),
)


def load_model(settings: Settings) -> LanguageModel | None:
    """The model of the settings; None where the passages themselves are the answers."""
    if not settings.answers_url:
        return None
    return LanguageModel(
        settings.answers_url,
        settings.answers_model,
        settings.answers_key.reveal(),
        seconds=settings.answers_seconds,
    )


async def examine_model(settings: Settings, texts: Texts) -> list[Finding]:
    """Whether the model of the settings writes an answer that holds, and what to do when it does not."""
    model = load_model(settings)
    if model is None:
        return []
    what = texts.label("Answers are written by {model}", model=model.name)
    checker = Checker(Reader(shipped_figures().guesser, ()).language_of)
    now = asyncio.get_running_loop().time
    began_at = now()
    try:
        await write_answer(model, _TRIAL, checker)
    except NotWrittenError as error:
        finding = Finding(False, what, _advice(error, settings, texts), is_fatal=False)
    else:
        took = texts.number(max(1, round(1000 * (now() - began_at))))
        finding = Finding(True, f"{what} ({took} ms)", "")
    finally:
        await model.close()
    return [finding, *_open_way(settings, texts)]


def written_for(
    settings: Settings, index: Index, text: str, offered: Sequence[Match], texts: Texts, *, threshold: float
) -> str:
    """What the model of the settings would write from what is offered, or why nothing; "" without a model."""
    model = load_model(settings)
    told, share = index.language_of(text)
    search = Search(0, 0, text, reader=Audience.CUSTOMERS, languages=(settings.default_language,))
    found = AnswersFound(
        "", datetime.now(UTC), 0, 0, tuple(map(match_of, offered)), language=told, language_share=share
    )
    query = query_for(search, found, index, threshold)
    if model is None or query is None:
        return ""

    async def write() -> str:
        try:
            grounded = await write_answer(model, query, Checker(index.language_of, own_words()))
        except NotWrittenError as error:
            return texts.label(
                "{model} writes nothing that could be shown: {reason}", model=model.name, reason=error
            )
        finally:
            await model.close()
        return texts.label("{model} writes:", model=model.name) + f"\n\n{plain(grounded.text)}"

    return asyncio.run(write())


def _advice(error: NotWrittenError, settings: Settings, texts: Texts) -> str:
    match error.reason:
        case Unwritten.SLOW:
            told = texts.plural(
                "No answer within {n} second", "No answer within {n} seconds", settings.answers_seconds
            )
            advice = texts.label("Take a smaller model or a faster machine, or raise ANSWERS_SECONDS.")
            return f"{told}. {advice}"
        case Unwritten.UNREACHABLE:
            return texts.label(
                "Nothing answers at ANSWERS_URL: is the service running, and is the address right?"
            )
        case Unwritten.STATUS | Unwritten.LIMITED:
            return texts.label(
                "The service refuses ({reason}): check ANSWERS_URL, ANSWERS_MODEL and ANSWERS_KEY.",
                reason=error,
            )
        case reason if reason in SERVICE:
            return texts.label(
                "What answers at ANSWERS_URL does not speak OpenAI's chat interface ({reason}).", reason=error
            )
    return texts.label(
        "The model does not keep to its form or to the passages ({reason}), so they are the answers: try a larger one.",
        reason=error,
    )


def _open_way(settings: Settings, texts: Texts) -> list[Finding]:
    """Whether what customers ask can be read on its way."""
    address = urlsplit(settings.answers_url)
    host = address.hostname or ""
    is_near = "." not in host
    with suppress(ValueError):
        is_near = ip_address(host).is_private
    if address.scheme == "https" or is_near:
        return []
    what = texts.label("ANSWERS_URL is not encrypted: on the way others can read what customers ask")
    return [Finding(False, what, texts.label("Write https://…"), is_fatal=False)]
