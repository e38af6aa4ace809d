from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "accounts.sessions"
    label = "accounts_sessions"
    verbose_name = "Sign-in and sessions"

    def ready(self) -> None:
        from accounts.sessions import receivers  # noqa: F401
