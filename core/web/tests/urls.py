"""The project's addresses and the development pages, which exist only in development."""

from django.urls import path

from config.urls import handler400, handler403, handler404, handler500
from config.urls import urlpatterns as project
from core.web import pages

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [
    path("dev/components/", pages.style_guide, name="style_guide"),
    path("dev/mail/", pages.mailbox, name="mailbox"),
    path("dev/mail/<str:key>/", pages.mailbox, name="mail"),
    *project,
]
