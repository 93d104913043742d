"""Addresses of the workbench, `/desk/`, `/supervision/`, `/notices/`, and the customer's pages below `/progress/`."""

from django.urls import include, path

from tickets.views import arranging, keys, live, notices, pools, rating, searching, together, workbench

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("desk/", pools.pool, name="pool"),
    path("live/", live.live, name="live"),
    path("desk/arrange/", arranging.arrange, name="arrange"),
    path("desk/views/<int:pk>/delete/", arranging.delete, name="view_delete"),
    path("desk/together/<slug:action>/", together.together, name="together"),
    path("desk/search/", searching.search, name="search"),
    path("progress/rate/<str:token>/", rating.rate, name="rate"),
    path("desk/tickets/", include("tickets.views.ticket_urls")),
    path("keys/", keys.keys, name="keys"),
    path("notices/", notices.notices, name="notices"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("notices/<int:pk>/read/", notices.read, name="notice_read"),
    path("me/notices/", notices.choices, name="notice_choices"),
    path("supervision/", include("tickets.views.supervision_urls")),
]
