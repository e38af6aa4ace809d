from django.apps import AppConfig


class DataConfig(AppConfig):
    name = "accounts.data"
    label = "accounts_data"
    verbose_name = "Data and deletion"

    def ready(self) -> None:
        from accounts.data.personal import KEEPER
        from core import personal_data
        from core.web.settings_menu import Section, register

        personal_data.register(KEEPER)
        register(
            Section(key="data", label="Your data", text="Download it, or delete your account", icon="archive-box", path="/settings/data/", order=90)
        )
