"""Sending the confirmation link again, without telling who is asked about."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.http import HttpRequest


def resend(request: HttpRequest, email: str) -> None:
    """One mail, whatever is true: the link, or that the address is confirmed already, or that nobody has it. The doors count how often: that
    allauth would send no second one for three minutes, and say nothing, would make a lie of what they answer.
    """
    ratelimit.clear(request, action="confirm_email", key=email.lower())
    address = EmailAddress.objects.filter(email=email.lower()).order_by("-verified").select_related("user").first()
    if address is None:
        send_unknown_account_mail(request, email)
    elif address.verified:
        get_adapter().send_account_already_exists_mail(address.email)
    else:
        send_verification_email_to_address(request, address, signup=True)
