"""Rows of a ticket come in their order without a join."""

import pytest
from django.apps import apps
from django.db.models import Model

from tickets.models import Ticket

MODELS = list(apps.get_app_config("tickets").get_models())


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_rows_are_ordered_by_their_own_columns(model: type[Model]) -> None:
    """Ordering by a relation orders by the other table's own ordering: a join on every read, and -id instead of id."""
    assert " JOIN " not in str(model._default_manager.all().query)


def test_rows_of_tickets_follow_the_ticket_upwards() -> None:
    related = [relation.related_model for relation in Ticket._meta.related_objects]
    assert not [model.__name__ for model in related if [*(model._meta.ordering or ())][:1] == ["ticket"]]
