from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "accounts.profiles"
    label = "accounts_profiles"
    verbose_name = "Profiles"
