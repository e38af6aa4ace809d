from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "chat.presence"
    label = "chat_presence"
    verbose_name = "Presence"
