from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "core.web"
    label = "core_web"
    verbose_name = "Pages"

    def ready(self) -> None:
        from core.web import navigation

        # On phones the menu behind one's picture leads there.
        navigation.register(navigation.Entry(key="settings", label="Settings", icon="cog-6-tooth", path="/settings/", order=60, phone=False))
