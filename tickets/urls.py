"""Addresses of the workbench and of `/desk/`."""

from django.urls import include, path

from tickets.views import pools, workbench

urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("desk/", pools.pool, name="pool"),
    path("desk/counts/", pools.counts, name="pool_counts"),
    path("desk/search/", pools.search, name="search"),
    path("desk/tickets/", include("tickets.views.ticket_urls")),
]
