"""Loading schemes: each content once, as a version; dictionaries kept in step with the current one (model 9)."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from organization.models import User
from tickets.models.scheme import DictionaryEntry, Scheme, SchemeVersion, parse_once
from tickets.scheme import DIMENSIONS, MAX_DEPTH, Entry, SchemeDocument

SHIPPED = Path(__file__).resolve().parent.parent / "schemes"


def shipped_names() -> list[str]:
    """The names of the schemes that come with the product."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def shipped_text(name: str) -> str:
    """The document of a scheme that comes with the product. Raises Refused for an unknown name."""
    if name not in shipped_names():
        message = _("There is no scheme “%(name)s”; shipped are: %(names)s.")
        raise Refused(message % {"name": name, "names": ", ".join(shipped_names())}, code="unknown_scheme")
    return (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")


@transaction.atomic
def load_scheme(text: str, *, name: str, by: User | None = None) -> tuple[SchemeVersion, bool]:
    """Make a document the current version of its scheme; gives the version and whether anything changed.

    The current content again changes nothing, other content is a new version, the content of an earlier version makes
    that one current again. Tickets keep the version they started under. Raises SchemeError with every fault.
    """
    content = text.replace("\r\n", "\n")
    document, content_hash = parse_once(content, name)
    scheme = _locked_scheme(document)
    version = scheme.versions.filter(content_hash=content_hash).first()
    if version is not None and version.pk == scheme.current_id:
        return version, False
    if version is None:
        version = SchemeVersion.objects.create(
            scheme=scheme,
            number=scheme.versions.count() + 1,
            content=content,
            content_hash=content_hash,
            loaded_at=clock.now(),
            loaded_by=by,
        )
    scheme.current = version
    scheme.label_zh, scheme.label_en = document.title.zh, document.title.en
    scheme.save()
    _sync_entries(scheme, document)
    return version, True


def current_version(code: str) -> SchemeVersion:
    """The version that new tickets of a scheme start under. Raises Refused when the scheme has not been loaded."""
    current = SchemeVersion.objects.filter(scheme__code=code, scheme__current_id=F("pk"))
    version = current.select_related("scheme").first()
    if version is None:
        message = _("The scheme “%(code)s” has not been loaded; run “manage.py load_scheme %(code)s”.")
        raise Refused(message % {"code": code}, code="unknown_scheme")
    return version


def _locked_scheme(document: SchemeDocument) -> Scheme:
    """The row of the scheme, locked so that two loads of it come one after the other."""
    label = {"label_zh": document.title.zh, "label_en": document.title.en}
    Scheme.objects.get_or_create(code=document.code, defaults=label)
    return Scheme.objects.select_for_update(no_key=True).get(code=document.code)


def _sync_entries(scheme: Scheme, document: SchemeDocument) -> None:
    """Create, update and deactivate dictionary entries, level by level: a parent is there before what lies below it."""
    rows: dict[tuple[str, str | None], DictionaryEntry] = {}
    entries = [found for dimension in DIMENSIONS for found in enumerate(document.all_entries(dimension))]
    for level in range(1, MAX_DEPTH + 1):
        batch = [
            _row(scheme, entry, position, rows.get((entry.dimension, entry.parent)))
            for position, entry in entries
            if entry.level == level
        ]
        DictionaryEntry.objects.bulk_create(
            batch, update_conflicts=True, unique_fields=("scheme", "dimension", "code"), update_fields=_UPDATED
        )
        rows |= {(row.dimension, row.code): row for row in batch}
    scheme.entries.exclude(pk__in=[row.pk for row in rows.values()]).update(is_active=False)


_UPDATED = ("label_zh", "label_en", "parent", "level", "position", "attributes", "is_active")


def _row(scheme: Scheme, entry: Entry, position: int, parent: DictionaryEntry | None) -> DictionaryEntry:
    return DictionaryEntry(
        scheme=scheme,
        dimension=entry.dimension,
        code=entry.code,
        label_zh=entry.label.zh,
        label_en=entry.label.en,
        parent=parent,
        level=entry.level,
        position=position,
        attributes=dict(entry.attributes),
        is_active=True,
    )
