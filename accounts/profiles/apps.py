from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "accounts.profiles"
    label = "accounts_profiles"
    verbose_name = "Profiles"

    def ready(self) -> None:
        from core.web import navigation
        from core.web.settings_menu import Section, register

        # On phones the picture at the end of the bar leads there.
        navigation.register(navigation.Entry(key="profile", label="Profile", icon="user", path="/{username}/", order=50, phone=False))
        profile = "/settings/profile/"
        register(Section(key="profile", label="Profile", text="Name, picture and what others read about you", icon="user", path=profile, order=10))
