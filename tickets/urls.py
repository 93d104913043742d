"""Addresses of the workbench, of `/desk/` and `/supervision/`, and of the customer's pages below `/progress/`."""

from django.urls import include, path

from tickets.views import pools, rating, workbench

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("desk/", pools.pool, name="pool"),
    path("desk/counts/", pools.counts, name="pool_counts"),
    path("desk/search/", pools.search, name="search"),
    path("progress/rate/<str:token>/", rating.rate, name="rate"),
    path("desk/tickets/", include("tickets.views.ticket_urls")),
    path("supervision/", include("tickets.views.supervision_urls")),
]
