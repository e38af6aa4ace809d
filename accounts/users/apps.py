from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "accounts.users"
    label = "accounts_users"
    verbose_name = "People"

    def ready(self) -> None:
        from accounts.users.personal import KEEPER
        from core import personal_data

        personal_data.register(KEEPER)
