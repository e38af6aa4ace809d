from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "core.mail"
    label = "core_mail"
    verbose_name = "Mail"
