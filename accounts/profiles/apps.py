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
        profile, blocked = "/settings/profile/", "/settings/blocked/"
        register(Section(key="profile", label="Profile and privacy", text="What others see and may do", icon="user", path=profile, order=10))
        register(Section(key="blocked", label="Blocked people", text="Who does not see you, nor you them", icon="no-symbol", path=blocked, order=40))
