"""What staff do without a report to what people wrote, to what is between them, to their addresses and deletions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.data import services as data
from accounts.data.models import Deletion
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.mail.testing import delivered
from moderation.actions.models import Act, Verb
from moderation.actions.tests.choosing import choose, path_of
from social.graph import selectors as graph
from social.graph import services as edges
from social.graph.admin import RemovableEdgeAdmin
from social.graph.models import Contact, FriendRequest, Friendship, KeywordMute, Mute
from social.graph.tests.factories import make_friends, make_request
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db


class TestContent:
    @pytest.mark.parametrize("make", [make_post, lambda: make_comment(make_post())], ids=["post", "comment"])
    def test_hiding_and_showing_again_ask_why(self, staff: Client, make: Callable[[], Any]) -> None:
        thing = make()
        choose(staff, "hide", thing)
        thing.refresh_from_db()
        assert thing.hidden_at is None
        choose(staff, "hide", thing, reason="Spam")
        choose(staff, "hide", thing, reason="Spam, again")
        thing.refresh_from_db()
        assert thing.hidden_at is not None
        choose(staff, "unhide", thing, reason="A joke")
        thing.refresh_from_db()
        assert thing.hidden_at is None
        kind = thing._meta.model_name
        assert list(Act.objects.order_by("pk").values_list("verb", "kind", "target_id", "person", "reason")) == [
            (Verb.HIDE, kind, thing.pk, thing.author_id, "Spam"),
            (Verb.UNHIDE, kind, thing.pk, thing.author_id, "A joke"),
        ]

    def test_author_of_a_hidden_post_reads_why(self, staff: Client) -> None:
        post = make_post()
        choose(staff, "hide", post, reason="Spam")
        post.refresh_from_db()
        assert post.hidden_reason == "Spam"

    def test_what_staff_wrote_is_for_administrators(self, ana: User) -> None:
        helper, post = UserFactory.create(is_staff=True), make_post(author=UserFactory.create(is_staff=True))
        helper.user_permissions.set(Permission.objects.filter(codename__in=["view_post", "change_post"]))
        client = Client()
        client.force_login(helper)
        choose(client, "hide", post, reason="Spam")
        post.refresh_from_db()
        assert post.hidden_at is None
        assert not Act.objects.exists()


class TestRelations:
    def test_friendship_is_removed_whole(self, staff: Client, root: User, ana: User) -> None:
        ben = UserFactory.create()
        make_friends(ana, ben)
        choose(staff, "take_away", *Friendship.objects.all())
        assert Friendship.objects.count() == 2
        choose(staff, "take_away", *Friendship.objects.order_by("pk"), reason="Both asked")
        assert not Friendship.objects.exists()
        assert [graph.person_counts(person).friend_count for person in (ana, ben)] == [0, 0]
        act = Act.objects.get()  # the other half went with the first
        assert (act.moderator, act.verb, act.kind, {act.person_id, act.target_id}) == (root, Verb.REMOVE, "friendship", {ana.pk, ben.pk})

    def test_requests_contacts_and_mutes_are_removed_in_bulk(self, staff: Client, ana: User) -> None:
        ben = UserFactory.create()
        make_request(ana, ben)
        edges.add_contact(owner=ana, person=ben)
        edges.mute(actor=ana, target=ben)
        word = edges.mute_keyword(actor=ana, keyword="cats")
        for model in (FriendRequest, Contact, Mute, KeywordMute):
            choose(staff, "take_away", *model.objects.all(), reason="Asked by letter")
            assert not model.objects.exists()
        assert list(Act.objects.order_by("pk").values_list("kind", "person", "target_id")) == [
            ("friendrequest", ana.pk, ben.pk),
            ("contact", ana.pk, ben.pk),
            ("mute", ana.pk, ben.pk),
            ("keywordmute", ana.pk, word.pk),
        ]

    def test_every_list_with_the_action_says_how(self) -> None:
        lists = RemovableEdgeAdmin.__subclasses__()
        assert len(lists) == 5
        for shown in lists:
            assert callable(shown.removal.take_away), shown
            assert callable(shown.removal.of_whom), shown

    def test_there_is_no_other_way(self, staff: Client, ana: User) -> None:
        make_friends(ana, UserFactory.create())
        half = Friendship.objects.get(person=ana)
        assert staff.post(reverse("admin:social_graph_friendship_delete", args=[half.pk]), {"post": "yes"}).status_code == 403
        choose(staff, "delete_selected", half, post="yes")
        assert Friendship.objects.count() == 2

    def test_staff_without_the_right_remove_nothing(self, ana: User) -> None:
        make_friends(ana, UserFactory.create())
        helper = UserFactory.create(is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename="view_friendship"))
        client = Client()
        client.force_login(helper)
        choose(client, "take_away", *Friendship.objects.all(), reason="Because")
        assert Friendship.objects.count() == 2
        assert not Act.objects.exists()


class TestAddressesAndDeletions:
    def test_address_marked_as_verified_lets_its_owner_in(self, staff: Client) -> None:
        ana = UserFactory.create(address__verified=False)
        address = EmailAddress.objects.get(user=ana)
        choose(staff, "mark_verified", address)
        assert not EmailAddress.objects.get(user=ana).verified
        choose(staff, "mark_verified", address, reason="Wrote a letter")
        assert EmailAddress.objects.get(user=ana).verified
        act = Act.objects.get()
        assert (act.verb, act.person, act.reason) == (Verb.ADDRESS, ana, "Wrote a letter")

    def test_address_somebody_else_confirmed_stays_as_it_is(self, staff: Client) -> None:
        ana = UserFactory.create(address__verified=False)
        EmailAddress.objects.create(user=UserFactory.create(email=None), email=ana.email, verified=True, primary=True)
        said = choose(staff, "mark_verified", EmailAddress.objects.get(user=ana), reason="Because").content.decode()
        assert "belongs to somebody" in said
        assert not EmailAddress.objects.get(user=ana).verified
        assert not Act.objects.exists()

    def test_staff_who_may_only_look_mark_nothing(self) -> None:
        ana, helper = UserFactory.create(address__verified=False), UserFactory.create(is_staff=True)
        helper.user_permissions.set(Permission.objects.filter(codename="view_emailaddress"))
        client = Client()
        client.force_login(helper)
        assert client.get(path_of(EmailAddress)).status_code == 200
        choose(client, "mark_verified", EmailAddress.objects.get(user=ana), reason="Because")
        assert not EmailAddress.objects.get(user=ana).verified
        assert not Act.objects.exists()

    def test_account_is_kept_for_somebody(self, staff: Client, root: User, ana: User) -> None:
        deletion = data.request_deletion(user=ana)
        choose(staff, "keep_accounts", deletion, reason="Called, and knew the codes")
        deletion.refresh_from_db()
        ana.refresh_from_db()
        assert (deletion.state, deletion.kept_by, ana.is_active) == ("kept", root, True)
        assert (Act.objects.get().verb, Act.objects.get().person) == (Verb.KEEP, ana)
        assert delivered()[-1].subject == "Your account is kept"

    def test_nobody_is_brought_back_who_is_gone(self, staff: Client, ana: User) -> None:
        deletion = data.request_deletion(user=ana)
        past = timezone.now() - timedelta(seconds=1)
        Deletion.objects.filter(pk=deletion.pk).update(erase_at=past)
        User.objects.filter(pk=ana.pk).update(erase_at=past)
        data.erase(deletion_id=deletion.pk)
        choose(staff, "keep_accounts", deletion, reason="Because")
        ana.refresh_from_db()
        assert ana.erased_at is not None
        assert not ana.is_active
        assert not Act.objects.exists()
