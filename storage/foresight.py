"""What the jobs of a batch will ask, asked for all of them together before the first one runs.

Only the commonest questions of the commonest jobs: who speaks, in which conversation, whose ticket, where staff work on
it, and whether it was heard before. Repositories answer from what was foreseen until something of it is changed.
On PostgreSQL this also locks the conversations of the batch, in one order, so that two processes never wait for each
other.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from storage.expected import Expected, Said, Settled
from storage.session import Question
from storage.work import UnitOfWork


def questions_of(work: UnitOfWork, expected: Sequence[Expected]) -> list[Question]:
    """What is asked at once for all of them together, instead of what each would ask alone."""
    said = [one for one in expected if isinstance(one, Said)]
    settled = [one for one in expected if isinstance(one, Settled)]
    lanes = {lane for one in said for lane in one.lanes} | {one.lane for one in settled if one.lane}
    questions: list[Question] = []
    if lanes:
        questions.append(work.intake.waiting_among(lanes))
    if said:
        questions += _about(work, said)
    if settled:
        questions.append(work.outbox.settling([one.action_id for one in settled]))
    return questions


def _about(work: UnitOfWork, said: Sequence[Said]) -> Iterator[Question]:
    for platform, of_platform in groupby(sorted(said, key=_platform), _platform):
        yield work.intake.new_among(platform, {one.event_id for one in of_platform})
    for (platform, workspace), of_workspace in groupby(sorted(said, key=_workspace), _workspace):
        yield work.contacts.known_among(
            platform, workspace, {one.identity.external_id for one in of_workspace}
        )
    places = {one.place.key for one in said}
    yield work.messages.known_among({(one.message.place.room_key, one.message.id) for one in said})
    yield work.tickets.desks_among(places)
    # Once they are locked here, no other process changes their tickets.
    yield work.conversations.around(places)
    yield from work.tickets.open_around(places)


def _platform(one: Said) -> str:
    return one.platform


def _workspace(one: Said) -> tuple[str, str]:
    return one.identity.platform, one.identity.workspace
