from django.apps import AppConfig


class PresenceConfig(AppConfig):
    name = "chat.presence"
    label = "chat_presence"
    verbose_name = "Presence"

    def ready(self) -> None:
        from core.web.settings_menu import Section, register

        register(
            Section(key="presence", label="Presence", text="Online, away, busy or invisible", icon="signal", path="/settings/presence/", order=16)
        )
