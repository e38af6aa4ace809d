from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "accounts.users"
    label = "accounts_users"
    verbose_name = "People"
