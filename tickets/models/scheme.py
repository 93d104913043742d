"""Schemes in the database: the versions as they were loaded, and the dictionaries that all versions share (model 9)."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tickets.scheme import SchemeDocument

# Parsing takes a while and a version never changes: one document for each content hash in this process.
_documents: dict[str, SchemeDocument] = {}


def parse_once(content: str, name: str) -> tuple[SchemeDocument, str]:
    """The document that a content holds, and the content's hash. Raises SchemeError; `name` is what it calls it."""
    content_hash = hashlib.sha256(content.encode(errors="replace")).hexdigest()
    if content_hash not in _documents:
        _documents[content_hash] = SchemeDocument.parse(content, name)
    return _documents[content_hash], content_hash


class Labelled(models.Model):
    """Something with a label in each language of the product."""

    label_zh = models.CharField(_("label (Chinese)"), max_length=200)
    label_en = models.CharField(_("label (English)"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The label in the language in use."""
        return self.label_zh if (get_language() or "zh").startswith("zh") else self.label_en


class Scheme(Labelled):
    """A trade's rules and dictionaries, under one code through all versions. `current` serves new tickets."""

    code = models.CharField(_("code"), max_length=64, unique=True)
    current = models.ForeignKey(
        "tickets.SchemeVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current version"),
    )

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")


class SchemeVersion(models.Model):
    """A document as it was loaded. Never changed: a ticket keeps the version that it started under."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="versions", verbose_name=_("scheme"))
    number = models.PositiveIntegerField(_("number"))
    content = models.TextField(_("content"))
    content_hash = models.CharField(_("content hash"), max_length=64, help_text=_("SHA-256 of the content"))
    loaded_at = models.DateTimeField(_("loaded at"))
    loaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("loaded by")
    )

    class Meta:
        verbose_name = _("scheme version")
        verbose_name_plural = _("scheme versions")
        constraints = (
            models.UniqueConstraint(fields=("scheme", "number"), name="scheme_version_number"),
            models.UniqueConstraint(fields=("scheme", "content_hash"), name="scheme_version_content"),
        )

    def __str__(self) -> str:
        return f"{self.scheme.code} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a row that exists: versions are made, never changed."""
        if not self._state.adding:
            raise TypeError("A scheme version is never changed; load the document as a new one.")
        super().save(*args, **kwargs)

    @property
    def document(self) -> SchemeDocument:
        """The typed document. Once parsed in this process it needs no `content`, which may be deferred."""
        return _documents.get(self.content_hash) or parse_once(self.content, f"version {self.pk}")[0]


class DictionaryEntry(Labelled):
    """A code that tickets may carry, as the current version has it. Deactivated, never deleted."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="entries", verbose_name=_("scheme"))
    dimension = models.CharField(_("dimension"), max_length=32)
    code = models.CharField(_("code"), max_length=64)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("above it")
    )
    level = models.PositiveSmallIntegerField(_("level"), default=1)
    position = models.PositiveIntegerField(_("position"), default=0)
    attributes = models.JSONField(_("attributes"), default=dict)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("dictionary entry")
        verbose_name_plural = _("dictionary entries")
        ordering = ("dimension", "position", "id")
        constraints = (models.UniqueConstraint(fields=("scheme", "dimension", "code"), name="dictionary_entry_code"),)
