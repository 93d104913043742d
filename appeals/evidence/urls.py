"""The address of an appeal's evidence, below `/desk/tickets/`."""

from django.urls import path

from appeals.evidence import views

urlpatterns = [path("<slug:number>/evidence/", views.evidence, name="evidence")]
