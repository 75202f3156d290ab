"""Working on a ticket from one's own chat, away from the staff space."""

from bot.core.actions import Action, Show
from bot.core.content import Button, ButtonStyle, Content, Tone
from bot.core.conversation import Direction
from bot.core.places import Place, direct_to
from bot.core.staff import Staff
from bot.core.ticket import DeskKind, Ticket
from handlers.cards import history, telling, title_of
from handlers.context import Context
from handlers.exchange import customer_of
from handlers.linked import spoken_to
from handlers.suggest import suggestions_for


def bring_to(ctx: Context, ticket: Ticket, staff: Staff, place: Place) -> list[Action]:
    """Bring a claimed ticket into the helper's direct chat: the history, how it works, and what the knowledge says."""
    target = place if place.is_direct else direct_to(staff.identity)
    ctx.work.tickets.add_desk(ticket.id, DeskKind.DIRECT, target, None)
    conversation = spoken_to(ctx, ticket)
    texts = ctx.texts_to(staff)
    content = Content(
        title=title_of(ctx, ticket),
        text=history(ctx, conversation),
        fields=(
            (texts.label("Customer"), str(texts.text("{name}", name=customer_of(conversation, ctx).name))),
        ),
        footnote=texts.text(
            "What you write here now goes to the customer. Begin with // for a note that only the team sees."
        ),
        buttons=(
            Button(texts.label("Resolve"), "resolve", str(ticket.id), ButtonStyle.PRIMARY),
            Button(texts.label("Hand back"), "hand_back", str(ticket.id)),
        ),
        tone=Tone.CLAIMED,
    )
    shown: list[Action] = [Show(ticket.id, content, place=target, purpose="helper", subject=str(ticket.id))]
    files = [
        Show(ticket.id, Content(files=one.files), place=target, message_id=one.id)
        for one in telling(ctx, conversation)
        if one.direction is Direction.INCOMING and one.files and one.deleted_at is None
    ]
    search = suggestions_for(ctx, conversation)
    return [*shown, *files, *([search] if search else [])]
