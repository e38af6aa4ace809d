from django.apps import AppConfig
from django.conf import settings


class SessionsConfig(AppConfig):
    name = "accounts.sessions"
    label = "accounts_sessions"
    verbose_name = "Sign-in and sessions"

    def ready(self) -> None:
        from accounts.sessions import receivers  # noqa: F401
        from accounts.sessions.personal import KEEPER
        from core import personal_data
        from core.web.settings_menu import Section, register

        personal_data.register(KEEPER)
        account, password, two_factor, sessions = "/settings/account/", "/settings/password/", "/settings/two-factor/", "/settings/sessions/"
        register(Section(key="account", label="Account", text="Your address and number", icon="at-symbol", path=account, order=45))
        register(Section(key="password", label="Password", text="Change the password you sign in with", icon="key", path=password, order=50))
        register(
            Section(
                key="two_factor",
                label="Second factor",
                text="Passkeys and codes",
                icon="shield-check",
                path=two_factor,
                order=60,
            )
        )
        if settings.SOCIALACCOUNT_PROVIDERS:
            text = "What else opens your account"
            register(Section(key="accounts", label="Connected accounts", text=text, icon="link", path="/settings/accounts/", order=65))
        register(Section(key="sessions", label="Sessions", text="Where you are signed in", icon="device-phone-mobile", path=sessions, order=70))
