from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "chat.presence"
    label = "chat_presence"
    verbose_name = "Presence"

    def ready(self) -> None:
        from accounts.users import hiding
        from chat.presence.selectors import hiding_among

        hiding.register(hiding_among)
