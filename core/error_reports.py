"""What Django may tell of an error, by mail or on a developer's page: names and types, never what people typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.views.debug import SafeExceptionReporterFilter

if TYPE_CHECKING:
    from collections.abc import ItemsView
    from types import FrameType

    from django.http import HttpRequest


class NamesAndTypes(SafeExceptionReporterFilter):
    """Hides the values of every form field, cookie and local variable, with DEBUG on too: customers' data are in
    any of them, and a list of the sensitive ones would miss the next."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        """The names of what was sent."""
        return {} if request is None else dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_cleansed_multivaluedict(self, request: HttpRequest, multivaluedict: Any) -> Any:
        """The same of any other such dictionary."""
        hidden = multivaluedict.copy()
        for name in hidden:
            hidden[name] = self.cleansed_substitute
        return hidden

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, str]:
        """The names of the cookies."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        """Each local variable with its type."""
        return {name: f"<{type(value).__name__}>" for name, value in tb_frame.f_locals.items()}.items()
