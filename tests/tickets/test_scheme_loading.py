"""Loading schemes (model 9): the same content changes nothing, other content is a version, no entry is deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core import clock
from core.errors import Refused
from tickets.models import DictionaryEntry, Scheme, SchemeVersion
from tickets.scheme import SchemeError
from tickets.services.schemes import current_version, load_scheme, shipped_text

pytestmark = pytest.mark.django_db

FILE = Path(__file__).parent / "scheme_small.yaml"
SMALL = FILE.read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def other(**changes: Any) -> str:
    return json.dumps({**yaml.safe_load(SMALL), **changes})


def entries(dimension: str) -> dict[str, DictionaryEntry]:
    return {entry.code: entry for entry in DictionaryEntry.objects.filter(dimension=dimension)}


def test_a_first_load_makes_version_1(frozen_clock: clock.FrozenClock) -> None:
    version, changed = load_scheme(SMALL, name="small")
    assert changed
    assert (version.number, version.loaded_at, version.loaded_by) == (1, clock.now(), None)
    assert version.scheme.label == "Small scheme"
    assert version.document.code == "small"
    assert current_version("small") == version


def test_entries_carry_parents_levels_and_attributes() -> None:
    load_scheme(SMALL, name="small")
    business = entries("business_type")
    assert business["pipes"].parent == business["water"]
    assert (business["water"].level, business["pipes"].level) == (1, 2)
    assert business["pipes"].attributes["expedited"] is True
    assert business["pipes"].label == "Pipes"
    with translation.override("zh-hans"):
        assert business["pipes"].label == "管网"


def test_the_same_content_again_changes_nothing() -> None:
    version, _ = load_scheme(SMALL, name="small")
    rows = list(DictionaryEntry.objects.order_by("id").values())
    again, changed = load_scheme(SMALL.replace("\n", "\r\n"), name="small")
    assert not changed
    assert again == version
    assert list(DictionaryEntry.objects.order_by("id").values()) == rows


def test_other_content_is_a_new_version_and_the_old_one_stays() -> None:
    first, _ = load_scheme(SMALL, name="small")
    second, changed = load_scheme(other(title={"zh": "新", "en": "New"}), name="small")
    assert changed
    assert second.number == 2
    assert current_version("small") == second
    assert Scheme.objects.get().label == "New"
    assert str(SchemeVersion.objects.get(pk=first.pk).document.title) == "Small scheme"


def test_entries_are_updated_deactivated_and_brought_back_never_deleted() -> None:
    load_scheme(SMALL, name="small")
    phone = entries("channel")["phone"]
    load_scheme(
        other(channels=[{"code": "counter", "label": {"zh": "前台", "en": "Desk"}, "records": True}]), name="small"
    )
    channels = entries("channel")
    assert not channels["phone"].is_active
    assert (channels["counter"].label, channels["counter"].attributes["records"]) == ("Desk", True)

    load_scheme(SMALL, name="small")
    assert entries("channel")["phone"].is_active
    assert entries("channel")["phone"].pk == phone.pk


def test_an_earlier_content_becomes_current_again() -> None:
    first, _ = load_scheme(SMALL, name="small")
    load_scheme(other(title={"zh": "新", "en": "New"}), name="small")
    back, changed = load_scheme(SMALL, name="small")
    assert changed
    assert back == first
    assert current_version("small") == first
    assert SchemeVersion.objects.count() == 2


def test_a_faulty_document_changes_nothing() -> None:
    version, _ = load_scheme(SMALL, name="small")
    with pytest.raises(SchemeError):
        load_scheme(other(levels=[]), name="small")
    assert current_version("small") == version
    assert SchemeVersion.objects.count() == 1


def test_a_version_is_never_changed() -> None:
    version, _ = load_scheme(SMALL, name="small")
    version.content = "code: other"
    with pytest.raises(TypeError):
        version.save()


def test_the_database_holds_one_row_for_a_content() -> None:
    version, _ = load_scheme(SMALL, name="small")
    version.pk, version.number, version._state.adding = None, 2, True
    with pytest.raises(IntegrityError):
        version.save()


def test_the_document_is_parsed_once_and_needs_no_query_then() -> None:
    version, _ = load_scheme(SMALL, name="small")
    document = version.document
    fresh = SchemeVersion.objects.defer("content").get(pk=version.pk)
    with CaptureQueriesContext(connection) as queries:
        assert fresh.document is document
    assert len(queries) == 0


def test_a_scheme_that_was_never_loaded_is_refused() -> None:
    with pytest.raises(Refused, match="load_scheme nowhere"):
        current_version("nowhere")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("load_scheme", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_loads_a_shipped_scheme_and_says_what_changed() -> None:
    with translation.override("en"):
        assert "version 1 is current" in run("unicom")
        assert "nothing changed, version 1 stays current" in run("unicom")


def test_the_command_loads_a_file(tmp_path: Path) -> None:
    assert "Small scheme: version 1 is current" in run(str(FILE))


def test_the_command_tells_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "faulty.yaml"
    path.write_text(other(levels=[], limits="x"), encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        run(str(path))
    assert "levels: is empty" in str(refused.value)
    assert "limits: 'x' is not a list" in str(refused.value)


def test_the_command_refuses_an_unknown_name_and_an_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no scheme “nothing”; shipped are: unicom"):
        run("nothing")
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="cannot be read"):
        run(str(binary))


def test_loading_takes_few_queries_whatever_the_number_of_entries() -> None:
    with CaptureQueriesContext(connection) as small:
        load_scheme(SMALL, name="small")
    with CaptureQueriesContext(connection) as unicom:
        load_scheme(shipped_text("unicom"), name="unicom")
    assert DictionaryEntry.objects.filter(scheme__code="unicom").count() > 200
    assert len(unicom) <= len(small) + 4  # trees of four levels instead of two, the full ones in two batches on SQLite
