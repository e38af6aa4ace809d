import pytest

from accounts.users.tests.factories import UserFactory
from core.demo import DemoWorld
from moderation.actions.demo import appoint_moderator, report_somebody
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case
from moderation.reports.querysets import MODERATE

pytestmark = pytest.mark.django_db


def test_demo_moderator_has_the_right_and_a_case() -> None:
    make_moderator()
    people = {name: UserFactory.create(username=name) for name in ("ana", "ben", "mod", "cleo", "dan", "eva")}
    world = DemoWorld(people=people)
    appoint_moderator(world)
    report_somebody(world)
    mod = type(people["mod"]).objects.get(username="mod")
    assert mod.is_staff
    assert mod.has_perm(MODERATE)
    assert Case.objects.get().report_count == 2
