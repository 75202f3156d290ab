"""How was the help? Five buttons, then words for those who want to add some."""

from bot.core.actions import Action, Announce, AskForm, Show
from bot.core.content import Button, Content, FieldKind, Form, FormField, Tone
from bot.core.conversation import Conversation
from bot.core.events import ButtonPressed, Delivered, DeliveryFailed, FormSubmitted
from bot.core.survey import Survey, SurveyKind
from bot.core.texts import escape
from handlers.asking import id_in
from handlers.cards import refresh
from handlers.context import Context
from handlers.exchange import answer, customer_of, may_decide, note_on_desk, retire_buttons, say, texts_for
from handlers.registry import button, form, on

LOW = 2
"""A score that a person should look at."""
LONGEST_WORDS = 2000


@button("rate")
def rate(event: ButtonPressed, ctx: Context) -> list[Action]:
    survey_id, _, score = event.subject.partition(":")
    survey = own_survey(event, ctx, survey_id, SurveyKind.CSAT)
    if survey is None or score not in {"1", "2", "3", "4", "5"}:
        texts = ctx.texts_of(event.author)
        return [answer(event, texts.text("Only the person who was helped can rate this."))]
    stars = "★" * int(score) + "☆" * (5 - int(score))
    return [*retire_buttons(ctx, event, stars), *take_score(ctx, survey, int(score))]


@button("rate_words")
def ask_for_words(event: ButtonPressed, ctx: Context) -> list[Action]:
    survey = own_survey(event, ctx, event.subject, SurveyKind.CSAT)
    texts = ctx.texts_of(event.author)
    if survey is None:
        return [answer(event, texts.text("Only the person who was helped can rate this."))]
    words = FormField(
        "words", texts.label("What should we know?"), FieldKind.PARAGRAPH, max_length=LONGEST_WORDS
    )
    asked = Form(
        "rating_words",
        texts.label("Your comment"),
        texts.label("Send"),
        (words,),
        str(survey.id),
        texts.language,
    )
    return [AskForm(event.place, event.author.identity, asked, event.handle)]


@form("rating_words")
def words_given(event: FormSubmitted, ctx: Context) -> list[Action]:
    survey = own_survey(event, ctx, event.subject, SurveyKind.CSAT)
    texts = ctx.texts_of(event.author)
    if survey is None:
        return [answer(event, texts.text("Only the person who was helped can rate this."))]
    words = event.values.get("words", "").strip()
    return take_words(ctx, survey, words) if words else []


@on("delivered", "survey")
def survey_arrived(_event: Delivered, _ctx: Context) -> list[Action]:
    """Nothing more to do: the question stands in front of the customer."""
    return []


def take_score(ctx: Context, survey: Survey, score: int) -> list[Action]:
    """Store it; the last score counts, the thanks and the question for words come once."""
    ctx.work.surveys.score(survey, score)
    conversation = ctx.work.conversations.get(survey.conversation_id)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    thanks = (
        texts.text(
            "I am sorry that it was not better. Your rating is noted. What should have been different?"
        )
        if score <= LOW
        else texts.text("Thank you for the rating! Would you like to add a few words?")
    )
    more = Button(texts.label("Add a few words"), "rate_words", str(survey.id))
    said = [say(ctx, conversation, thanks, buttons=[more])] if survey.score is None else []
    return [*said, *_tell_staff(ctx, survey, conversation, score)]


def take_words(ctx: Context, survey: Survey, words: str) -> list[Action]:
    """Store what the customer adds to the rating; plain text."""
    ctx.work.surveys.comment(survey, words[:LONGEST_WORDS])
    conversation = ctx.work.conversations.get(survey.conversation_id)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    thanks = say(ctx, conversation, texts.text("Thank you, that is passed on to the team."))
    told = ctx.staff_texts.text("**About the help:** {words}", words=escape(words[:LONGEST_WORDS]))
    tone = Tone.ALERT if survey.score is not None and survey.score <= LOW else Tone.PLAIN
    return [
        thanks,
        *_redraw(ctx, survey, conversation),
        *note_on_desk(ctx, survey.ticket_id, told, tone=tone),
    ]


def own_survey(
    event: ButtonPressed | FormSubmitted, ctx: Context, survey_id: str, kind: SurveyKind
) -> Survey | None:
    """The survey, when it is the asker who answers it; anything else is forged or somebody else's."""
    number = id_in(survey_id)
    survey = ctx.work.surveys.get(number) if number else None
    contact = ctx.work.contacts.of(event.author.identity)
    if survey is None or survey.kind is not kind:
        return None
    conversation = ctx.work.conversations.get(survey.conversation_id)
    return survey if may_decide(ctx, conversation, contact) else None


def _tell_staff(ctx: Context, survey: Survey, conversation: Conversation, score: int) -> list[Action]:
    actions = _redraw(ctx, survey, conversation)
    if score <= LOW and (survey.score is None or survey.score > LOW):
        text = ctx.staff_texts.text(
            "**Rated {score} of 5.** Someone should look at what went wrong.", score=score
        )
        actions.append(
            Show(
                survey.ticket_id,
                Content(text=text, tone=Tone.ALERT),
                purpose="low_rating",
                subject=str(survey.id),
            )
        )
    return actions


@on("delivery_failed", "low_rating")
def alert_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """The ticket's thread is gone: what should not be overlooked is said in the staff space itself."""
    survey = ctx.work.surveys.get(int(event.subject))
    ticket = ctx.work.tickets.get(survey.ticket_id) if survey else None
    space = ctx.settings.staff_space
    if survey is None or ticket is None or space is None:
        return []
    text = ctx.staff_texts.text(
        "**Ticket #{number} was rated {score} of 5.** Someone should look at what went wrong.",
        number=ticket.number,
        score=survey.score or 0,
    )
    return [Announce(space, Content(text=text, tone=Tone.ALERT))]


def _redraw(ctx: Context, survey: Survey, conversation: Conversation) -> list[Action]:
    ticket = ctx.work.tickets.get(survey.ticket_id)
    return [refresh(ctx, ticket, conversation)] if ticket else []
