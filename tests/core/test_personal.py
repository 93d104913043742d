"""What hides personal data where nobody meant to show them: texts, log lines, reports of errors."""

import logging
import sys

import pytest
from django.test import RequestFactory
from django.views.debug import ExceptionReporter

from core.logs import DiscreetFormatter
from core.personal import masked

SECRETS = ("13912340001", "320102198001011234", "li.lei@mail.example.cn")


@pytest.mark.parametrize(
    "text, shown",
    [
        ("请打139-1234-0001。", "请打139****0001。"),
        ("座机025-83456789", "座机025****6789"),
        ("身份证320102198001011234", "身份证320****1234"),
        ("邮箱li.lei@mail.example.cn，", "邮箱l**，"),
        ("微信号li_lei88，", "微信号l**，"),
        (
            "工号A1024，中山路1号，C2611230000018",
            "工号A1024，中山路1号，C2611230000018",
        ),
    ],
)
def test_who_sees_masked_data_reads_no_phone_in_a_text(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_log_line_and_its_traceback_hold_no_personal_data() -> None:
    said = f"{SECRETS[0]}\nDETAIL: Failing row contains (1, 张伟, 中山路1号)"
    try:
        raise ValueError(said)
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "of %s and %s", SECRETS[1:], sys.exc_info())
    line = DiscreetFormatter().format(record)
    assert "ValueError" in line
    assert not [secret for secret in (*SECRETS, "张伟") if secret in line]


@pytest.mark.parametrize("is_debug", [True, False])
def test_a_report_of_an_error_tells_names_and_types_only(is_debug: bool, settings: object) -> None:
    settings.DEBUG = is_debug  # type: ignore[attr-defined]
    request = RequestFactory().post("/desk/", {"phone": SECRETS[0]})
    request.COOKIES["kept"] = SECRETS[0]
    phone = SECRETS[0]
    try:
        raise KeyError(len(phone))
    except KeyError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    for report in (reporter.get_traceback_text(), reporter.get_traceback_html()):
        assert "phone" in report
        assert SECRETS[0] not in report
