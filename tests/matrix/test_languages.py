"""Every page speaks one language: no English on Chinese pages, no Chinese on English ones but what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, JSONField, TextField

from organization.models import User
from organization.roles import Role
from tests.matrix.reading import chinese_words, english_words
from tests.matrix.test_addresses import ALL, ROWS, SIGHT, Place, Row, place
from tests.matrix.test_no_english import SCHEME_PAGES
from tickets.services.schemes import shipped_text

__all__ = ["place"]

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

PAGES = [row for row in ROWS if row.method == "get" and row.roles and "200" in row.status.split("|")]
# What is rendered differently for each role is read as every one of them, the rest as one.
AS_EVERYBODY = ("workbench", "pool", "ticket")
# An administrator sees the codes of a scheme.
SCHEME_WORDS = frozenset(re.findall(r"[a-z]\w+", shipped_text("unicom").lower(), re.ASCII)) | {"null"}
_TURN = cycle(sorted(ALL))


def _readers(row: Row) -> list[str]:
    allowed = row.roles & SIGHT.get(row.subject, ALL)
    return sorted(allowed) if row.address in AS_EVERYBODY else [next(role for role in _TURN if role in allowed)]


CASES = [pytest.param(row, role, id=f"{row.address} {row.subject} {role}") for row in PAGES for role in _readers(row)]


@pytest.fixture(scope="module")
def written(place: Place) -> frozenset[str]:
    """Everything that stands in the database as text but the words of schemes, which have both languages."""
    return frozenset(_texts())


@pytest.fixture(scope="module")
def tokens(written: frozenset[str]) -> frozenset[str]:
    """The same, word by word, in small letters."""
    words = (re.findall(r"[\w.@/+-]+", text, re.ASCII) for text in written)
    return frozenset(word.lower() for line in words for word in line) | {"png"}


@pytest.mark.parametrize("row, role", CASES)
def test_a_page_speaks_one_language(
    row: Row, role: str, place: Place, written: frozenset[str], tokens: frozenset[str]
) -> None:
    client, url = place.clients[role, False], place.url(row)
    user = User.objects.get(username=f"{role} False")
    shows_codes = any(name in row.address for name in SCHEME_PAGES)
    for language in ("zh-hans", "en"):
        User.objects.filter(pk=user.pk).update(language=language)
        client.force_login(user)
        answer = client.get(url, follow=True)
        page = answer.getvalue().decode(errors="replace")
        answer.close()
        if "html" not in answer.headers["Content-Type"]:
            return
        assert f'lang="{language}"' in page or "<html" not in page
        if language == "zh-hans":
            assert english_words(page, tokens | (SCHEME_WORDS if shows_codes else frozenset())) == {}, url
        elif not shows_codes:
            # What is still found may have been written for this very page.
            assert (chinese_words(page, written) and chinese_words(page, frozenset(_texts()))) == {}, url


def test_what_is_read_of_an_english_page() -> None:
    html = '<p title="提示">Unit 江苏 · 张* </p><button lang="zh-hans">中文</button><i>转派</i><script>代码</script>'
    assert set(chinese_words(html, frozenset({"江苏"}))) == {"提示", "转派"}


def test_every_role_reads() -> None:
    assert {role for _row, role in (case.values for case in CASES)} == {str(role.value) for role in Role}


def _texts() -> Iterator[str]:
    for model in apps.get_models():
        if model._meta.app_label in ("auth", "contenttypes", "sessions") or model.__name__ in _TWO_LANGUAGES:
            continue
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, CharField | TextField | JSONField)
        ]
        for values in model._default_manager.values_list(*fields) if fields else ():
            for value in values:
                yield from _strings(value)


_TWO_LANGUAGES = ("Scheme", "SchemeVersion", "DictionaryEntry")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (line.strip() for line in value.splitlines() if line.strip())
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one)
