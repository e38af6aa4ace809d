"""The people offered beside pages that have nothing else to put there."""

from typing import Any

from django.template import engines
from django.test import Client

from accounts.users.tests.factories import UserFactory
from social.graph import services


def offered(user: Any) -> list[str]:
    template = engines["django"].from_string(
        "{% load people %}{% suggested_people as people %}{% for suggestion in people %}{{ suggestion.person.username }} {% endfor %}"
    )
    return template.render({"user": user}).split()


def test_those_not_yet_followed_are_offered(db: None) -> None:
    ana, ben, cleo = (UserFactory.create(username=name) for name in ("ana", "ben", "cleo"))
    services.follow(actor=ben, target=cleo)
    services.follow(actor=cleo, target=ben)
    services.follow(actor=ana, target=ben)
    assert offered(ana) == ["cleo"]
    services.block(actor=cleo, target=ana)
    assert offered(ana) == []


def test_strangers_are_offered_to_join_instead(client: Client, db: None) -> None:
    page = client.get("/explore/").content.decode()
    assert "/sign-up/" in page
    assert offered(None) == []
