"""The page of a person in the admin: how they are reached, whom they know, what was done to them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.sessions.tests.authenticator import make_passkey
from accounts.sessions.tests.factories import open_session
from accounts.sessions.tests.test_second_factor import with_second_factor
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from moderation.actions import services
from moderation.actions.models import Act
from moderation.actions.tests.choosing import path_of
from social.graph.tests.factories import make_block, make_follow, make_friends
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db


class TestPageOfAPerson:
    """Everything there is to know of somebody, without what only they may know."""

    def test_shows_how_they_are_reached_and_let_in(self, staff: Client) -> None:
        ana = with_second_factor(username="ana", phone="+351912345678")
        make_passkey(ana)
        RecoveryCodes.activate(ana)
        SocialAccount.objects.create(user=ana, provider="google", uid="1", extra_data={"email": "ana@gmail.example", "sub": "1"})
        session = open_session(ana, user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
        page = staff.get(f"{path_of(User)}{ana.pk}/change/").content.decode()
        for shown in (str(ana.email), "+351912345678", "ana@gmail.example", "Firefox", str(session.address)):
            assert shown in page
        assert page.count("TOTP") + page.count("WebAuthn") + page.count("Recovery codes") >= 3
        secrets = [str(value) for factor in Authenticator.objects.filter(user=ana) for value in factor.data.values() if len(str(value)) > 12]
        assert len(secrets) >= 3
        for secret in [*secrets, ana.password, session.session_key or "none", "recovery_codes_seed"]:
            assert secret not in page

    def test_counts_relations_and_leads_to_their_lists(self, staff: Client, ana: User) -> None:
        ben, eva, stranger = UserFactory.create_batch(3)
        make_friends(ana, ben)
        make_follow(eva, ana)
        make_block(ana, stranger)
        make_follow(stranger, ben)  # nothing of hers
        panel = next(panel for panel in staff.get(f"{path_of(User)}{ana.pk}/change/").context["panels"] if panel.title == "Relations")
        expected = {"Followers": 1, "Following": 0, "Friends": 1, "Blocked people": 1, "Blocked by": 0}
        assert {row.label: int(row.value) for row in panel.rows if row.label in expected} == expected
        for row in panel.rows:
            listed = staff.get(row.url)
            assert listed.status_code == 200
            assert listed.context["cl"].result_count == int(row.value), row.label

    def test_lists_what_was_done_to_them(self, staff: Client, root: User, ana: User) -> None:
        services.suspend(moderator=root, person=ana, reason="Spam", until=timezone.now() + timedelta(days=1))
        services.lift(moderator=root, person=ana, reason="Said sorry")
        services.suspend(moderator=root, person=UserFactory.create(), reason="Something else", until=timezone.now() + timedelta(days=1))
        page = staff.get(f"{path_of(User)}{ana.pk}/change/").content.decode()
        assert "Spam" in page
        assert page.index("Said sorry") < page.index("Spam"), "the latest first"
        assert "Something else" not in page
        for act in Act.objects.filter(person=ana):
            assert f"/admin/moderation_actions/act/{act.pk}/change/" in page
        assert staff.get(f"{path_of(Act)}?person__id__exact={ana.pk}").context["cl"].result_count == 2

    def test_leads_to_what_they_wrote(self, staff: Client, ana: User) -> None:
        make_comment(make_post(author=ana), author=ana)
        make_comment(make_post())
        panel = next(panel for panel in staff.get(f"{path_of(User)}{ana.pk}/change/").context["panels"] if panel.title == "Writings")
        assert [(row.label, row.value) for row in panel.rows] == [("Posts", "1"), ("Comments", "1")]
        for row in panel.rows:
            assert staff.get(row.url).context["cl"].result_count == 1

    def test_offers_what_can_be_done_which_asks_why_first(self, staff: Client, ana: User) -> None:
        page = staff.get(f"{path_of(User)}{ana.pk}/change/")
        offered = [name for name, _ in page.context["person_actions"]]
        assert offered[0] == "suspend"
        assert not {"", "delete_selected"} & set(offered)
        form = re.search(r'<form method="post" action="([^"]+)" class="flex flex-wrap', page.content.decode())
        assert form is not None
        before = page.content.decode()[: form.start()]
        assert before.count("<form") == before.count("</form>"), "a form within the person's own is none: its buttons would save the person"
        chosen = {"action": "suspend", "_selected_action": str(ana.pk)}
        asked = staff.post(form[1], chosen)
        assert asked.status_code == 200
        assert not User.objects.get(pk=ana.pk).is_suspended, "nothing is done before somebody said why"
        assert not Act.objects.exists()
        done = staff.post(form[1], {**chosen, "days": "7", "reason": "Spam"}, follow=True)
        assert User.objects.get(pk=ana.pk).is_suspended
        assert [row.pk for row in done.context["cl"].result_list] == [ana.pk], "and they are shown again, not everybody"

    def test_costs_the_same_whatever_was_done(self, staff: Client, root: User, ana: User, count_queries: Callable[..., int]) -> None:
        def look() -> Any:
            return staff.get(f"{path_of(User)}{ana.pk}/change/")

        look()
        services.end_sessions(moderator=root, person=ana, reason="Because")
        before = count_queries(look)
        for _ in range(5):
            services.end_sessions(moderator=root, person=ana, reason="Because")
            make_follow(UserFactory.create(), ana)
        assert count_queries(look) == before

    def test_shows_staff_only_what_they_may_look_at(self, ana: User) -> None:
        helper = UserFactory.create(is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "view_follow"]))
        client = Client()
        client.force_login(helper)
        panels = client.get(f"{path_of(User)}{ana.pk}/change/").context["panels"]
        assert [(panel.title, [row.label for row in panel.rows]) for panel in panels] == [("Relations", ["Followers", "Following"])]
        assert client.get(f"{path_of(User)}{ana.pk}/change/").context["person_actions"] == []
