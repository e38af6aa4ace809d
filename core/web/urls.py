"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path

from core.web import pages as views
from core.web.theme import choose_theme

api: list[URLPattern] = []
pages: list[URLPattern] = [
    path("", views.landing, name="landing"),
    path("terms/", views.terms, name="terms"),
    path("privacy/", views.privacy, name="privacy"),
    path("settings/", views.settings_front, name="settings"),
    path("theme/", choose_theme, name="theme"),
    path("robots.txt", views.robots, name="robots"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("dev/components/", views.style_guide, name="style_guide"),
    path("dev/mail/", views.mailbox, name="mailbox"),
    path("dev/sms/", views.telephone, name="telephone"),
    path("dev/mail/<str:key>/", views.mailbox, name="mail"),
]
