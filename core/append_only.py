"""Rows that are written once: the record of a ticket, the steps of an incident, the access log."""

from typing import Any, NoReturn

from django.db import models


class AppendOnly(models.Model):
    """A row that is inserted and never changed or deleted through its model (model 10)."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises what `refuse` raises for a row that exists."""
        if not self._state.adding:
            self.refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Never. Raises what `refuse` raises."""
        self.refuse()

    def refuse(self) -> NoReturn:
        """Raise TypeError: who comes here has made a mistake in the code."""
        raise TypeError(f"{type(self).__name__} is append-only")
