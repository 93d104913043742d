"""Importing complaints from a spreadsheet: a checked file is stored, confirmed by a person, then written in chunks.

A batch is validated whole before anything is written. Each chunk is one transaction with its own progress, so a
writer that is killed goes on where it stopped; the tickets are held back until the last one stands.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from complaints.batches import TAKEN, UNCONFIRMED, BatchState, ImportBatch, ImportRow, importing_units
from complaints.models import Complaint
from complaints.services.intake import Matter, take
from core import clock
from core.errors import NotPermitted, Refused
from core.waking import wake_on_commit
from organization.models import Unit, User
from tickets.models import DictionaryEntry, Ticket
from tickets.services.intake import Customer
from tickets.services.publishing import hold_back, publish
from tickets.services.schemes import current_version
from tickets.workflow import perform

logger = logging.getLogger(__name__)

# Tickets for one transaction: on SQLite nobody else writes meanwhile.
CHUNK = 50
TASK = "complaints.tasks.write_imports"
_CUSTOMER = ("name", "phone", "service_number", "address", "tier", "brand")
_MATTER = ("summary", "description", "request_type", "level", "is_critical", "is_urgent", "is_widespread")
_ENTRIES = ("channel", "business_type", "complaint_type")


@dataclass(frozen=True)
class CheckedRow:
    """A row after the check: its faults as (column, reason), or what it holds; `data` is JSON without empty values."""

    number: int
    external_ref: str
    data: dict[str, Any]
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class CheckedFile:
    """A file after the check; rows that were imported before are only counted."""

    new: tuple[CheckedRow, ...]
    faulty: tuple[CheckedRow, ...]
    unchanged: int


def digest_of(data: Mapping[str, Any]) -> str:
    """What tells the content of a row from another: SHA-256 over its canonical JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def store_batch(*, by: User, unit: Unit, file_name: str, checked: CheckedFile) -> ImportBatch:
    """Keep a checked file until it is confirmed; what the person had uploaded before and not confirmed goes.

    Rows with faults are kept with their faults only, and then no others. Raises NotPermitted outside the own units.
    """
    _require_importer(by, unit)
    # Locked, so that none is dropped that is being confirmed at this moment.
    earlier_ones = ImportBatch.objects.filter(uploaded_by=by, state__in=UNCONFIRMED).order_by("pk")
    for earlier in earlier_ones.select_for_update(no_key=True):
        _discard(earlier)
    now = clock.now()
    state = BatchState.FAULTY if checked.faulty else BatchState.CHECKED
    batch = ImportBatch.objects.create(
        file_name=file_name[-120:],
        unit=unit,
        scheme_version=current_version(settings.DEFAULT_SCHEME),
        state=state if checked.faulty or checked.new else BatchState.DONE,
        uploaded_at=now,
        uploaded_by=by,
        new_count=len(checked.new),
        unchanged_count=checked.unchanged,
        faulty_count=len(checked.faulty),
        finished_at=None if checked.faulty or checked.new else now,
    )
    if checked.faulty:
        rows = [
            ImportRow(batch=batch, number=row.number, external_ref=row.external_ref, faults=list(row.faults))
            for row in checked.faulty
        ]
    else:
        rows = [
            ImportRow(
                batch=batch,
                number=row.number,
                external_ref=row.external_ref,
                data=row.data,
                digest=digest_of(row.data),
            )
            for row in checked.new
        ]
    ImportRow.objects.bulk_create(rows, batch_size=500)
    return batch


@transaction.atomic
def confirm_batch(*, batch_id: int, by: User) -> ImportBatch:
    """Have a checked batch written, or one that stopped go on; `by` becomes who takes its complaints.

    Raises Refused when it has faults or came too late: rules or rows changed since the check.
    """
    batch = _locked(batch_id)
    _require_importer(by, batch.unit)
    if batch.state not in (BatchState.CHECKED, BatchState.STOPPED):
        raise _wrong_state(batch)
    if batch.state == BatchState.CHECKED:
        _refuse_outdated(batch)
    batch.state = BatchState.WRITING
    batch.confirmed_at, batch.confirmed_by = clock.now(), by
    batch.message = ""
    batch.save()
    wake_on_commit(TASK)
    return batch


@transaction.atomic
def discard_batch(*, batch_id: int, by: User) -> ImportBatch:
    """Drop a batch that was not confirmed, with what its rows hold. Raises Refused for any other."""
    batch = _locked(batch_id)
    _require_importer(by, batch.unit)
    if batch.state not in UNCONFIRMED:
        raise _wrong_state(batch)
    _discard(batch)
    return batch


@transaction.atomic
def settle_batch(*, batch_id: int, by: User) -> ImportBatch:
    """End a batch that stopped with what is written: those tickets become visible, the other rows are dropped and may
    be imported again. Raises Refused for a batch that did not stop."""
    batch = _locked(batch_id)
    _require_importer(by, batch.unit)
    if batch.state != BatchState.STOPPED:
        raise _wrong_state(batch)
    batch.rows.filter(ticket=None).delete()
    _finish(batch)
    return batch


def write_waiting() -> None:
    """Write every confirmed batch to its end. Safe to run twice at once and to be killed: chunks are whole."""
    for batch_id in ImportBatch.objects.filter(state=BatchState.WRITING).order_by("confirmed_at").values_list("pk"):
        write_batch(*batch_id)


def write_batch(batch_id: int) -> None:
    """Write what is left of a batch. One that cannot go on stops and says why; nothing of it is visible then."""
    try:
        while write_chunk(batch_id):
            pass
    except Refused as refused:
        _stop(batch_id, refused.message)
    except (OperationalError, InterfaceError):
        raise  # the database was busy or away: the next run goes on
    except Exception:
        logger.exception("Import %s stopped", batch_id)
        _stop(batch_id, _("Something unexpected happened; the operators find it in the log of the worker."))


@transaction.atomic
def write_chunk(batch_id: int, size: int = CHUNK) -> bool:
    """Write up to `size` rows and the progress, or finish the batch; False when there is nothing more to do."""
    batch = _locked(batch_id)
    if batch.state != BatchState.WRITING:
        return False
    rows = list(batch.rows.filter(ticket=None).order_by("number")[:size])
    if not rows:
        _finish(batch)
        return False
    entries = {(row.dimension, row.code): row for row in DictionaryEntry.objects.filter(dimension__in=_ENTRIES)}
    homes = {unit.code: unit for unit in Unit.objects.filter(code__in={row.data.get("home") for row in rows})}
    for row in rows:
        try:
            row.ticket = _write(batch, row, entries, homes)
        except Refused as refused:
            raise Refused(_("Row %(row)s: %(reason)s") % {"row": row.number, "reason": refused.message}) from refused
        row.data = {}
    ImportRow.objects.bulk_update(rows, ["ticket", "data"])
    hold_back([row.ticket_id for row in rows if row.ticket_id])
    batch.written_count += len(rows)
    batch.save(update_fields=["written_count"])
    return True


def _finish(batch: ImportBatch) -> None:
    publish(Ticket.objects.filter(import_row__batch=batch))
    batch.state, batch.finished_at = BatchState.DONE, clock.now()
    batch.save(update_fields=["state", "finished_at"])


def _write(
    batch: ImportBatch,
    row: ImportRow,
    entries: Mapping[tuple[str, str], DictionaryEntry],
    homes: Mapping[str, Unit],
) -> Complaint:
    """Take and submit the complaint of a row, as the person who confirmed the batch and at that instant."""
    data, by, at = row.data, batch.confirmed_by, batch.confirmed_at
    if by is None:
        raise TypeError("A batch is written for the person who confirmed it.")
    chosen: dict[str, Any] = {name: entries[name, data[name]] for name in _ENTRIES if name in data}
    ticket = take(
        by=by,
        unit=batch.unit,
        customer=Customer(**_only(data, _CUSTOMER)),
        matter=Matter(
            **chosen,
            **_only(data, _MATTER),
            is_written=bool(chosen["channel"].attributes.get("written")),
            extra=data.get("extra", {}),
            remedy_sought=data.get("remedy_sought", ""),
        ),
        home=homes.get(data.get("home", "")),
        accepted_at=datetime.fromisoformat(data["accepted_at"]),
        at=at,
        external=(batch.source, row.external_ref),
    )
    perform(ticket.pk, "submit", by=by, at=at)
    return ticket


def _only(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}


def _locked(batch_id: int) -> ImportBatch:
    return (
        ImportBatch.objects.select_related("unit", "confirmed_by")
        .select_for_update(of=("self",), no_key=True)
        .get(pk=batch_id)
    )


def _require_importer(by: User, unit: Unit) -> None:
    if unit not in importing_units(by):
        raise NotPermitted(_("Only agents and dispatchers import complaints, each for its own unit."))


def _refuse_outdated(batch: ImportBatch) -> None:
    """What the check found must still hold. The unit's row is the lock between two batches of a unit."""
    Unit.objects.select_for_update(no_key=True).get(pk=batch.unit_id)
    others = ImportRow.objects.filter(batch__unit=batch.unit_id, batch__state__in=TAKEN)
    if batch.rows.filter(external_ref__in=others.values("external_ref")).exists():
        raise _outdated(_("Another batch has brought some of these rows since this file was checked."))
    if batch.scheme_version_id != current_version(settings.DEFAULT_SCHEME).pk:
        raise _outdated(_("The rules have changed since this file was checked."))


def _outdated(reason: str) -> Refused:
    return Refused(_("%(reason)s Upload the file again.") % {"reason": reason}, code="outdated")


def _wrong_state(batch: ImportBatch) -> Refused:
    return Refused(
        _("This is not possible while the state of the import is “%(state)s”.") % {"state": batch.get_state_display()},
        code="wrong_state",
    )


def _discard(batch: ImportBatch) -> None:
    batch.rows.all().delete()
    batch.state = BatchState.DISCARDED
    batch.save(update_fields=["state"])


@transaction.atomic
def _stop(batch_id: int, reason: str) -> None:
    batch = _locked(batch_id)
    batch.state, batch.message = BatchState.STOPPED, reason[:500]
    batch.save(update_fields=["state", "message"])
