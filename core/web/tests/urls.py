"""The project's addresses and the development pages, which exist only in development."""

from django.urls import include, path

from core.web import pages

urlpatterns = [
    path("dev/components/", pages.style_guide, name="style_guide"),
    path("dev/mail/", pages.mailbox, name="mailbox"),
    path("dev/mail/<str:key>/", pages.mailbox, name="mail"),
    path("", include("config.urls")),
]
handler404 = "core.web.errors.not_found"
