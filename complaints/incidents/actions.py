"""The table of acts by which a complaint belongs to a mass incident (model 3.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.incidents import linking
from complaints.services import dispatching
from organization.roles import Role as R
from tickets.actions import Action
from tickets.services import kinship
from tickets.states import Status as S

_DRAFT, _HANDLING = frozenset({S.DRAFT}), frozenset({S.HANDLING})

INCIDENT_ACTIONS = (
    Action(
        name=linking.LINK,
        label=_("Link to a mass incident"),
        allow={R.AGENT: _DRAFT, R.DISPATCHER: frozenset({S.DRAFT, S.PENDING_DISPATCH, S.HANDLING})},
        transition=True,
        checks=(dispatching.check_not_before_supervisor, linking.check_linkable),
        effect=linking.link,
    ),
    Action(
        name="unlink_incident",
        label=_("Take out of the mass incident"),
        allow={R.DISPATCHER: _HANDLING},
        transition=True,
        checks=(linking.check_linked,),
        effect=linking.unlink,
    ),
    Action(
        name=linking.TELL,
        label=_("Told how the mass incident stands"),
        allow={},
        system=True,
        system_states=_HANDLING,
        checks=(linking.check_can_be_told,),
        effect=linking.tell,
        bumps_version=False,
    ),
    Action(
        name=linking.ANSWER,
        label=_("Answered with the mass incident"),
        allow={},
        system=True,
        system_states=_HANDLING,
        transition=True,
        checks=(linking.check_can_be_told, linking.load_ended, kinship.check_nothing_above),
        effect=linking.answer,
    ),
)
