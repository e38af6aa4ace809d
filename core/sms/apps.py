from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "core.sms"
    label = "core_sms"
    verbose_name = "Text messages"
