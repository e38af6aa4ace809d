"""Who a password and a session belong to: allauth's answer, less the people who are kept out."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.users.models import User


class Backend(AuthenticationBackend):
    """Looks people up by e-mail address or username. A suspended person is nobody from the next request on, whatever cookie they hold."""

    def get_user(self, user_id: Any) -> User | None:
        user: User | None = super().get_user(user_id)
        return None if user is None or user.is_suspended else user
