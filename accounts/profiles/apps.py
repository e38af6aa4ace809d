from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "accounts.profiles"
    label = "accounts_profiles"
    verbose_name = "Profiles"

    def ready(self) -> None:
        from core.web import navigation

        # On phones the picture at the end of the bar leads there.
        navigation.register(navigation.Entry(key="profile", label="Profile", icon="user", path="/{username}/", order=50, phone=False))
