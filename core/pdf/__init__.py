"""PDF documents with Chinese text, made without anything but Python: the font is in the repository (ADR 0011)."""

from core.pdf.document import Column, Document

__all__ = ["Column", "Document"]
