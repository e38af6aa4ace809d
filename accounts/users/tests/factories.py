"""People for tests. Everyone's password is ``hubbub-demo`` and everyone's address is verified."""

from typing import Any

import factory
from allauth.account.models import EmailAddress

from accounts.users.models import User

PASSWORD = "hubbub-demo"


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        waiting = factory.Trait(is_active=False, is_waiting=True, address__verified=False)  # a sign-up that nobody has confirmed

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda person: f"{person.username.lower()}@example.com")
    display_name = factory.LazyAttribute(lambda person: person.username.title())
    password = factory.django.Password(PASSWORD)

    @factory.post_generation
    def address(person: User, create: bool, extracted: Any, **fields: Any) -> None:  # noqa: N805
        """The verified address; ``UserFactory(address__verified=False)`` makes one that has yet to answer."""
        if create and person.email:
            EmailAddress.objects.create(user=person, email=person.email, **{"primary": True, "verified": True, **fields})
