"""How often one may guess at a password, and from where. A success is never counted against anybody.

Three counts, each made before the password is looked at, so that parallel guesses cannot slip past together:

* ``sign_in``: by name *and* address. Whoever mistypes waits; whoever guesses at another's name from elsewhere locks only themselves out.
* ``sign_in_address``: by address, whatever the name (the doors count it): slows one machine that tries many names.
* ``sign_in_name``: by name, wherever the guesses come from: slows many machines that try one name. It does not ask those who come from where
  the person has signed in before, so a flood of guesses keeps the owner out of nowhere but new places, and there only until it ebbs; a link
  to a new password helps at once.

Codes that were mailed or texted are guessed at under the same counts, and under ``codes``, which is like ``sign_in_name`` and narrower: six
digits are fewer than passwords have.

Names nobody has are counted like the others, by the same number of queries: a refusal tells nothing about who exists.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from accounts.sessions.models import Session
from accounts.users.models import User
from core.api.addresses import client_address, limit_key
from core.api.limits import enforce, forgive, name_identity

# The same words for everybody, those who have just signed up among them: else the words would tell who has.
WRONG = "That name and password do not go together. If you have just signed up, follow the link in the mail first."
NOBODY = UUID(int=0)
SESSIONS_LOOKED_AT = 50  # the latest of a person: enough to know where they are at home


@dataclass(frozen=True, slots=True)
class Guess:
    """One try at one name from one address."""

    who: str
    address: str
    is_at_home: bool

    @property
    def place(self) -> str:
        return f"{self.address} {self.who}"


def count_guess(request: HttpRequest, credentials: dict[str, Any]) -> Guess:
    """Count a try that is about to be made. Raises RateLimited."""
    name = str(credentials.get("email") or credentials.get("phone") or credentials.get("username") or "").strip()
    named = Q(username__iexact=name) | Q(email__iexact=name) | Q(phone=name)
    person_id = User.objects.filter(named).values_list("pk", flat=True).first()
    address = limit_key(client_address(request))
    homes = Session.objects.filter(user=person_id or NOBODY).order_by("-id").values_list("address", flat=True)[:SESSIONS_LOOKED_AT]
    guess = Guess(str(person_id or name_identity(name)), address, address in {limit_key(home) for home in homes if home})
    enforce("sign_in", guess.place)
    if not guess.is_at_home:
        enforce("sign_in_name", guess.who)
    return guess


def count_code_guess(request: HttpRequest, destination: str) -> Guess:
    """Count a code that is about to be looked at. ``destination`` is where it went. Raises RateLimited."""
    guess = count_guess(request, {"phone" if destination.startswith("+") else "email": destination})
    if not guess.is_at_home:
        enforce("codes", guess.who)
    return guess


def forgive_guess(guess: Guess) -> None:
    """The password was right: the mistypings before it, from this address, are forgotten."""
    forgive("sign_in", guess.place)
