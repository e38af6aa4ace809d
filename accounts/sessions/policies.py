"""What people may do about their ways in."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from accounts.users.models import User
from core.sms import services as sms


def can_lose_one(user: User) -> bool:
    """Whether there is another way in than the one about to go."""
    return ways_in(user) > 1


def can_lose_phone(user: User) -> bool:
    """Whether there is a confirmed address too, to be reached by and to come in with: a number is more than a way in."""
    return has_confirmed_address(user)


def ways_in(user: User) -> int:
    """How many ways in there are: the password, each passkey, each connected account, a code by mail and a code by text.

    An address counts once it is confirmed, a number while this site sends texts. A second factor alone opens nothing.
    """
    passkeys: int = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count()
    connected: int = SocialAccount.objects.filter(user=user).count()
    by_text = bool(user.phone) and sms.is_offered()
    return user.has_usable_password() + passkeys + connected + has_confirmed_address(user) + by_text


def has_confirmed_address(user: User) -> bool:
    there: bool = EmailAddress.objects.filter(user=user, verified=True).exists()
    return there
