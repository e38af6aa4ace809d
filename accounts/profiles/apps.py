from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "accounts.profiles"
    label = "accounts_profiles"
    verbose_name = "Profiles"

    def ready(self) -> None:
        from core.web import navigation
        from core.web.settings_menu import Section, register
        from social.graph.selectors import request_count

        # On phones the picture at the end of the bar leads there.
        navigation.register(
            navigation.Entry(key="friends", label="Friends", icon="users", path="/friends/", order=45, phone=False, count=request_count)
        )
        navigation.register(navigation.Entry(key="profile", label="Profile", icon="user", path="/{username}/", order=50, phone=False))
        profile, privacy, blocked, muted = "/settings/profile/", "/settings/privacy/", "/settings/blocked/", "/settings/muted/"
        register(Section(key="profile", label="Profile", text="What others see of you", icon="user", path=profile, order=10))
        register(Section(key="privacy", label="Privacy", text="Who may see and do what", icon="eye", path=privacy, order=15))
        register(Section(key="blocked", label="Blocked people", text="Who does not see you, nor you them", icon="no-symbol", path=blocked, order=40))
        register(
            Section(key="muted", label="Muted people and words", text="What you do not want to see", icon="speaker-x-mark", path=muted, order=41)
        )
