"""The project's addresses and the development pages, which exist only in development."""

from importlib import import_module

from django.conf import settings
from django.urls import path

from core.web import pages

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

project = import_module(settings.ROOT_URLCONF)
handler400, handler403, handler404, handler500 = project.handler400, project.handler403, project.handler404, project.handler500
urlpatterns = [
    path("dev/components/", pages.style_guide, name="style_guide"),
    path("dev/mail/", pages.mailbox, name="mailbox"),
    path("dev/mail/<str:key>/", pages.mailbox, name="mail"),
    *project.urlpatterns,
]
