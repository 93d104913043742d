"""What runs in the worker. Tasks find their work in the database, so that a lost message only costs time."""

from celery import shared_task

from complaints.incidents import working
from complaints.services import importing, unsent
from core import clock
from core.waking import wake

MOST_PER_RUN = 500  # a run stays well within the minute until the next


@shared_task
def write_imports() -> None:
    """Write the confirmed spreadsheet imports; woken by each confirmation and every minute."""
    importing.write_waiting()


@shared_task
def propose_incidents() -> int:
    """Propose mass incidents where many complain about the same (M-05); gives how many."""
    return working.propose_incidents(clock.now())


@shared_task
def tell_of_incidents() -> int:
    """Tell customers of a lasting incident how it stands; woken by a change of it. Gives how many."""
    return working.tell_of_incidents(clock.now(), MOST_PER_RUN)


@shared_task
def answer_incidents() -> int:
    """Answer the tickets of ended incidents; woken by each end, and by itself while there are more. Gives how many."""
    done = working.answer_incidents(MOST_PER_RUN)
    if done == MOST_PER_RUN:
        wake("complaints.tasks.answer_incidents")
    return done


@shared_task
def forget_unsent_calls() -> int:
    """Delete what was typed of calls and not sent for a day. Gives how many."""
    return unsent.forget_old(clock.now())
