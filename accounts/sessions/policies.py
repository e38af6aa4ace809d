"""What people may do about their ways in."""

from allauth.mfa.models import Authenticator

from accounts.users.models import User


def can_lose_one(user: User) -> bool:
    """Whether there is another way in than the one about to go: a password, another passkey."""
    return user.has_usable_password() or Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count() > 1
