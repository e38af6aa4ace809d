import pytest
from django.test import Client

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from moderation.actions.models import Act
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case, State
from moderation.reports.tests.factories import report_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(settings: object) -> Client:
    settings.STAFF_NEED_SECOND_FACTOR = False  # type: ignore[attr-defined]
    desk = Client()
    desk.force_login(make_moderator())
    return desk


def url(case: Case, act: str = "change") -> str:
    return f"/admin/moderation_reports/case/{case.pk}/{act}/"


def test_queue_lists_what_is_undecided(desk: Client) -> None:
    case = report_post()
    assert "Buy my pills" in desk.get("/admin/moderation_reports/case/").content.decode()
    desk.post(url(case, "act"), {"verb": "dismiss", "reason": "Fine"})
    assert "Buy my pills" not in desk.get("/admin/moderation_reports/case/").content.decode()
    assert "Buy my pills" in desk.get("/admin/moderation_reports/case/?state=closed").content.decode()


def test_case_shows_content_reports_and_history(desk: Client) -> None:
    case = report_post(reason="harassment")
    page = desk.get(url(case)).content.decode()
    for shown in ("Buy my pills", "Harassment or bullying", case.person.username, "Claim this case", "Suspend the person"):  # type: ignore[union-attr]
        assert shown in page


def test_moderator_claims_hides_and_suspends(desk: Client) -> None:
    case = report_post()
    desk.post(url(case, "claim"))
    desk.post(url(case, "act"), {"verb": "hide", "reason": "Spam"})
    desk.post(url(case, "act"), {"verb": "suspend", "days": "7", "reason": "Again"})
    case.refresh_from_db()
    assert (case.state, case.outcome) == (State.CLOSED, "suspended")
    assert User.objects.get(pk=case.person_id).is_suspended
    assert list(Act.objects.order_by("pk").values_list("verb", flat=True)) == ["claim", "hide", "suspend"]
    assert "Hidden now" in desk.get(url(case)).content.decode()


def test_act_without_reason_or_by_get_does_nothing(desk: Client) -> None:
    case = report_post()
    desk.post(url(case, "act"), {"verb": "hide", "reason": ""})
    assert desk.get(url(case, "act")).status_code == 405
    case.refresh_from_db()
    assert case.state == State.OPEN
    assert not Act.objects.exists()


def test_staff_without_the_right_and_strangers_stay_out() -> None:
    case = report_post()
    for person in (UserFactory.create(), UserFactory.create(is_staff=True)):
        visitor = Client()
        visitor.force_login(person)
        for answer in (visitor.get(url(case)), visitor.post(url(case, "act"), {"verb": "hide", "reason": "x"}), visitor.post(url(case, "claim"))):
            assert answer.status_code in {302, 403, 404}
    case.refresh_from_db()
    assert case.state == State.OPEN
    assert not Act.objects.exists()


def test_trail_is_read_only_in_the_admin(desk: Client) -> None:
    case = report_post()
    desk.post(url(case, "act"), {"verb": "dismiss", "reason": "Fine"})
    act = Act.objects.get()
    assert "Fine" in desk.get("/admin/moderation_actions/act/").content.decode()
    assert desk.post(f"/admin/moderation_actions/act/{act.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Act.objects.exists()


@pytest.mark.parametrize("key", ["abc", "0", "_00", "11111111-1111-1111-1111-11111111111"])
def test_case_that_cannot_be_is_not_found(desk: Client, key: str) -> None:
    assert desk.get(f"/admin/moderation_reports/case/{key}/change/").status_code == 404
