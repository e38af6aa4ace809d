"""What people may do about their ways in."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from accounts.users.models import User


def can_lose_one(user: User) -> bool:
    """Whether there is another way in than the one about to go: a password, another passkey, a connected account."""
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count()
    return user.has_usable_password() or passkeys + SocialAccount.objects.filter(user=user).count() > 1
