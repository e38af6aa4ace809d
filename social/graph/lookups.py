"""How many addresses and numbers one may ask about in a day.

Whoever lets themselves be found by a number is to be found by those who have it, not by whoever tries one number after the other: a country's
mobile numbers are few. So each address and number that is asked about counts, by whatever door, whoever has it: against the person, and against
the network, for people may have many accounts. The door counts it, before anything is looked up.
"""

import math

from django.http import HttpRequest

from accounts.users.models import User
from core.api.limits import address_identity, consume_amount
from core.api.throttles import add_verdicts
from core.errors import RateLimited
from social.graph.search import is_address_or_number


class TooManyLookups(RateLimited):
    """``details.scope`` says whose share is used up: ``lookups`` the person's, ``lookups_network`` that of where they come from."""

    default_code = "too_many_lookups"
    default_message = "That is as many addresses and numbers as one may look up in a day."


def count_lookups(request: HttpRequest, viewer: User, amount: int) -> None:
    """Count ``amount`` addresses and numbers that are about to be looked up. Where they are too many, none of them counts.

    The answer's ``RateLimit`` headers tell what is left. Raises TooManyLookups.
    """
    verdicts = consume_amount(amount, lookups=f"person:{viewer.pk}", lookups_network=address_identity(request))
    add_verdicts(request, verdicts)
    refused = [verdict for verdict in verdicts if not verdict.allowed]
    if refused:
        longest = max(refused, key=lambda verdict: verdict.reset_after)
        raise TooManyLookups(max(1, math.ceil(longest.reset_after)), details={"scope": longest.scope})


def count_search(request: HttpRequest, viewer: User, text: str) -> None:
    """Count a search for people, where its words are somebody's whole address or number. Raises TooManyLookups."""
    if is_address_or_number(text):
        count_lookups(request, viewer, 1)
