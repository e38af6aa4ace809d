"""The project's addresses, with the development pages open although this is not development."""

from inspect import unwrap

from django.urls import path

from config import urls as project
from core.web import pages

urlpatterns = [
    path("dev/components/", unwrap(pages.style_guide), name="style_guide"),
    path("dev/mail/", unwrap(pages.mailbox), name="mailbox"),
    path("dev/mail/<str:key>/", unwrap(pages.mailbox), name="mail"),
    path("dev/sms/", unwrap(pages.telephone), name="telephone"),
    *project.urlpatterns,
]
handler400, handler403, handler404, handler500 = project.handler400, project.handler403, project.handler404, project.handler500
