"""`manage.py deadline`: one computation or a file of them, with segments; bad input answered in words."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import translation

from tickets import calendars
from tickets.models import WorkdayOverride

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    """The message ids themselves: the Chinese texts are checked with the catalogue."""
    with translation.override("en"):
        yield


def run(*arguments: str) -> str:
    """Call the command and give what it printed."""
    out = io.StringIO()
    call_command("deadline", *arguments, stdout=out)
    return out.getvalue()


def test_text_shows_due_warning_and_segments() -> None:
    """SC-12's first clock, the working Sunday among the counted time."""
    lines = run("--start", "2026-09-18T10:00", "--limit", "3wd").splitlines()
    assert lines[:4] == [
        "Start: 2026-09-18 10:00",
        "Limit: 3wd",
        "Due: 2026-09-22 24:00",
        "Warning at 0.9: 2026-09-22 15:24",
    ]
    assert lines[-3:] == [
        "  2026-09-18 10:00 – 2026-09-18 24:00  14 h 00  counted",
        "  2026-09-19 00:00 – 2026-09-19 24:00  24 h 00  day off",
        "  2026-09-20 00:00 – 2026-09-22 24:00  72 h 00  counted",
    ]


def test_json_is_exact_and_adds_up() -> None:
    """SC-14's branch leg with a pause of ten seconds; instants in Shanghai time, seconds as numbers."""
    pause = "2026-09-30 11:00:00/2026-09-30 11:00:10"
    answer = json.loads(
        run("--start", "2026-09-30 10:00", "--limit", "96wdh", "--pause", pause, "--warn", "0.5", "--format", "json")
    )
    assert answer["due"] == "2026-10-12T10:00:10+08:00"
    assert answer["warn"] == "2026-10-09T10:00:10+08:00"  # 48 h: 14 on 09-30, 24 on 10-08, 10 on 10-09, and the pause
    assert answer["counted_seconds"] == 96 * 3600
    assert [(piece["kind"], piece["seconds"]) for piece in answer["segments"]] == [
        ("counted", 3600),
        ("paused", 10),
        ("counted", 13 * 3600 - 10),
        ("off_day", 7 * 86_400),
        ("counted", 3 * 86_400),
        ("off_day", 86_400),
        ("counted", 10 * 3600 + 10),
    ]
    assert answer["provisional"] is False
    assert answer["calendar"].startswith("notices ")


def test_day_end_and_provisional() -> None:
    """A year without a notice is said to be provisional."""
    lines = run("--start", "2026-12-31 19:00", "--limit", "1wd", "--day-end", "18:00").splitlines()
    assert "Limit: 1wd@18:00" in lines
    assert "Due: 2027-01-04 18:00" in lines
    assert any(line.startswith("Provisional") for line in lines)


@pytest.mark.parametrize(
    "arguments, reason",
    [
        (["--start", "yesterday", "--limit", "3wd"], "“yesterday” is not a date and time"),
        (["--start", "0001-01-01", "--limit", "3wd"], "“0001-01-01” is not a date and time"),
        (["--start", "1998-01-01", "--limit", "3wd"], "between 2000 and 2199"),
        (["--start", "2026-09-18", "--limit", "3weeks"], "“weeks” is not a unit"),
        (["--start", "2026-09-18", "--limit=-1wd"], "“-1wd” is not a limit"),
        (["--start", "2026-09-18"], "Give the limit too"),
        (["--start", "2026-09-18", "--limit", "3wd", "--warn", "90%"], "from 0 to 10, not 90%"),
        (["--start", "2026-09-18", "--limit", "3wd", "--day-end", "6pm"], "“6pm” is not a time of day"),
        (["--start", "2026-09-18", "--limit", "24h", "--day-end", "18:00"], "goes with wd only"),
        (["--start", "2026-09-18", "--limit", "24h", "--pause", "2026-09-18"], "is not a pause"),
        (["--start", "2026-09-18", "--limit", "24h", "--pause", "2026-09-17/2026-09-18"], "before its clock"),
        (["--limit", "24h"], "one of the arguments --start --batch is required"),
        (["--batch", "cases.csv", "--limit", "24h"], "the limits come from the file"),
        (["--batch", "no-such-file.csv"], "no-such-file.csv cannot be read"),
        (["--batch", "."], "cannot be read"),
    ],
)
def test_bad_input_is_answered_in_words(arguments: list[str], reason: str) -> None:
    """Never a traceback."""
    with pytest.raises(CommandError, match=reason):
        run(*arguments)


def test_batch_answers_row_by_row(tmp_path: Path) -> None:
    """As CSV, in the order of the file, also for a file that Excel saved with a byte-order mark."""
    file = tmp_path / "cases.csv"
    file.write_text("start,limit\n2026-09-18 10:00,3wd\n2026-12-31 10:00,1wd\n", encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(run("--batch", str(file)))))
    assert [(row["line"], row["due"], row["warn"], row["provisional"]) for row in rows] == [
        ("2", "2026-09-22 24:00", "2026-09-22 15:24", "no"),
        ("3", "2027-01-01 24:00", "2027-01-01 20:12", "yes"),
    ]
    assert rows[0]["segments"] == (
        "counted 2026-09-18 10:00/2026-09-18 24:00; off_day 2026-09-19 00:00/2026-09-19 24:00; "
        "counted 2026-09-20 00:00/2026-09-22 24:00"
    )


def test_batch_reports_bad_rows_and_computes_the_others(tmp_path: Path) -> None:
    """Each bad row with its line number and reason; the others are printed before."""
    file = tmp_path / "cases.csv"
    file.write_bytes(
        b"limit,start,note\n"
        b"3wd,2026-09-18 10:00,good\n"
        b"3wd,\xff\xfe,bytes\n"
        b"1.5wd,2026-09-18,half\n"
        b"24h\n"
        b"1h,2026-09-18,good\n"
    )
    out = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("deadline", "--batch", str(file), "--format", "json", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(answer["line"], answer["due_text"]) for answer in answers] == [
        (2, "2026-09-22 24:00"),
        (6, "2026-09-18 01:00"),
    ]
    message = str(failure.value)
    assert "line 3: “\ufffd\ufffd” is not a date and time" in message
    assert "line 4: wd takes whole numbers only, not 1.5." in message
    assert "line 5: “” is not a date and time" in message
    assert failure.value.returncode == 1


@pytest.mark.parametrize("content", ["", "begin,limit\n2026-09-18,3wd\n", "\x89PNG\r\n\x1a\n"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str) -> None:
    """Empty, without the columns, or no table at all."""
    file = tmp_path / "cases.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match="needs a first line with the columns start and limit"):
        run("--batch", str(file))


def test_a_field_too_large_for_a_table_is_refused(tmp_path: Path) -> None:
    """What the CSV reader refuses is told, too."""
    file = tmp_path / "cases.csv"
    file.write_text("start,limit\n" + "9" * 200_000 + ",3wd\n", encoding="utf-8")
    with pytest.raises(CommandError, match="is not a CSV file"):
        run("--batch", str(file))


def test_overrides_of_the_administrator_apply() -> None:
    """A Tuesday declared off moves the due, and the calendar's version says that there are overrides."""
    WorkdayOverride.objects.create(day=date(2026, 3, 3), is_working=False, note="Flood")
    answer = json.loads(run("--start", "2026-03-02 09:00", "--limit", "1wd", "--format", "json"))
    assert answer["due_text"] == "2026-03-04 24:00"
    assert "+" in answer["calendar"]


def test_without_a_database_the_notices_alone_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works before the first migration, and says what it leaves out."""

    def fail() -> None:
        raise DatabaseError

    monkeypatch.setattr(calendars, "load", fail)
    out, err = io.StringIO(), io.StringIO()
    call_command("deadline", "--start", "2026-09-18 10:00", "--limit", "3wd", stdout=out, stderr=err)
    assert "Due: 2026-09-22 24:00" in out.getvalue()
    assert "overrides of the calendar cannot be read" in err.getvalue()
