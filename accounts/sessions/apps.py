from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "accounts.sessions"
    label = "accounts_sessions"
    verbose_name = "Sign-in and sessions"

    def ready(self) -> None:
        from accounts.sessions import receivers  # noqa: F401
        from core.web.settings_menu import Section, register

        account, password, two_factor, sessions = "/settings/account/", "/settings/password/", "/settings/two-factor/", "/settings/sessions/"
        register(Section(key="account", label="Account", text="Your address and number", icon="at-symbol", path=account, order=45))
        register(Section(key="password", label="Password", text="Change the password you sign in with", icon="key", path=password, order=50))
        register(Section(key="two_factor", label="Second factor", text="A code besides the password", icon="shield-check", path=two_factor, order=60))
        register(Section(key="sessions", label="Sessions", text="Where you are signed in", icon="device-phone-mobile", path=sessions, order=70))
