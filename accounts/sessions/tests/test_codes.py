"""One-time codes: known by hash, used once, tried five times, whoever asks and however many at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.sessions import codes
from accounts.sessions.codes import CodeExpired, CodeWrong, Issued
from accounts.sessions.models import Code, Purpose
from accounts.sessions.tasks import tidy_sessions
from accounts.sessions.tests.asking import PHONE, later, wrong
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError, RateLimited
from core.testing.threads import race


def issue(user: User | None = None, asked_from: str = "10.0.0.1", *, is_hollow: bool = False) -> Issued:
    return codes.issue(purpose=Purpose.SIGN_IN, destination=PHONE, asked_from=asked_from, user=user, is_hollow=is_hollow)


def use_up(issued: Issued) -> None:
    for _ in range(codes.TRIES):
        with pytest.raises(CodeWrong):
            codes.spend(token=issued.token, digits=wrong(issued.digits))


@pytest.mark.django_db
class TestOneCode:
    def test_works_once(self) -> None:
        ana = UserFactory.create()
        issued = issue(ana)
        assert codes.spend(token=issued.token, digits=issued.digits).user == ana
        with pytest.raises(CodeExpired):
            codes.spend(token=issued.token, digits=issued.digits)

    def test_is_not_in_the_database(self) -> None:
        issued = issue(UserFactory.create())
        with connection.cursor() as cursor:
            cursor.execute("SELECT accounts_sessions_code::text FROM accounts_sessions_code")
            (row,) = cursor.fetchone()
        assert issued.digits not in row.replace(str(issued.code.pk), "").replace(issued.code.digest, "")
        assert len(issued.code.digest) == 64
        assert issued.digits not in issued.token

    def test_hash_is_keyed_by_the_sites_secret(self, settings: object) -> None:
        issued = issue(UserFactory.create())
        settings.SECRET_KEY = "another-secret"  # type: ignore[attr-defined]
        assert codes._digest(issued.code, issued.digits) != issued.code.digest

    def test_runs_out_after_five_minutes(self) -> None:
        issued = issue(UserFactory.create())
        with later(5 * 60 + 1), pytest.raises(CodeExpired):
            codes.spend(token=issued.token, digits=issued.digits)

    def test_is_looked_at_five_times(self) -> None:
        issued = issue(UserFactory.create())
        use_up(issued)
        with pytest.raises(CodeExpired):
            codes.spend(token=issued.token, digits=issued.digits)

    def test_says_how_many_tries_are_left(self) -> None:
        issued = issue(UserFactory.create())
        left = []
        for _ in range(codes.TRIES):
            with pytest.raises(CodeWrong) as refused:
                codes.spend(token=issued.token, digits=wrong(issued.digits))
            left.append(refused.value.details["tries_left"])
        assert left == [4, 3, 2, 1, 0]

    def test_hollow_one_lets_nobody_in_and_counts_alike(self) -> None:
        issued = issue(is_hollow=True)
        with pytest.raises(CodeWrong) as refused:
            codes.spend(token=issued.token, digits=issued.digits)
        assert refused.value.details == {"tries_left": 4}

    @pytest.mark.parametrize("token", ["", "x", "a:b:c", "WyJ4IiwxXQ:x:y"])
    def test_made_up_token_opens_nothing(self, token: str) -> None:
        issued = issue(UserFactory.create())
        with pytest.raises(CodeExpired):
            codes.spend(token=token, digits=issued.digits)
        with pytest.raises(CodeExpired):
            codes.issue_again(token=token)


@pytest.mark.django_db
class TestAskingAgain:
    def test_waits_half_a_minute(self) -> None:
        first = issue(UserFactory.create())
        with pytest.raises(RateLimited) as refused:
            issue()
        assert 28 <= refused.value.retry_after <= 30
        assert Code.objects.get().digest == first.code.digest
        with later():
            assert codes.issue_again(token=first.token).digits

    def test_makes_the_code_before_it_useless(self) -> None:
        first = issue(UserFactory.create())
        with later():
            second = codes.issue_again(token=first.token)
            with pytest.raises(CodeExpired):
                codes.spend(token=first.token, digits=first.digits)
            with pytest.raises(CodeExpired):
                codes.spend(token=first.token, digits=second.digits)
            assert codes.spend(token=second.token, digits=second.digits)

    def test_brings_no_new_tries(self) -> None:
        ana = UserFactory.create()
        first = issue(ana)
        for _ in range(4):
            with pytest.raises(CodeWrong):
                codes.spend(token=first.token, digits=wrong(first.digits))
        with later():
            second = issue(ana)
            with pytest.raises(CodeWrong) as refused:
                codes.spend(token=second.token, digits=wrong(second.digits))
            assert refused.value.details == {"tries_left": 0}
            with pytest.raises(CodeExpired):
                codes.spend(token=second.token, digits=second.digits)

    def test_is_refused_while_the_tries_are_used_up(self) -> None:
        ana = UserFactory.create()
        use_up(issue(ana))
        with later(), pytest.raises(RateLimited) as refused:
            issue(ana)
        assert refused.value.retry_after > 13 * 60
        with later(16 * 60):
            again = issue(ana)
            assert codes.spend(token=again.token, digits=again.digits)

    def test_elsewhere_locks_nobody_out(self) -> None:
        ana = UserFactory.create()
        use_up(issue(asked_from="10.0.0.66"))
        mine = issue(ana, "10.0.0.1")
        assert codes.spend(token=mine.token, digits=mine.digits).user == ana


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_forty_guesses_five_are_looked_at(self) -> None:
        issued = issue(UserFactory.create())
        guesses = [f"{(int(issued.digits) + number + 1) % 10**6:06d}" for number in range(40)]
        results = race(lambda n: codes.spend(token=issued.token, digits=guesses[n]), threads=40)
        assert sorted(type(result).__name__ for result in results) == ["CodeExpired"] * 35 + ["CodeWrong"] * 5
        assert Code.objects.get().tries == 5
        with pytest.raises(CodeExpired):
            codes.spend(token=issued.token, digits=issued.digits)

    def test_of_many_who_know_the_code_one_is_let_in(self) -> None:
        issued = issue(UserFactory.create())
        results = race(lambda _: codes.spend(token=issued.token, digits=issued.digits), threads=10)
        assert sorted(type(result).__name__ for result in results) == ["Code"] + ["CodeExpired"] * 9

    def test_of_many_who_ask_one_gets_a_code(self) -> None:
        results = race(lambda _: issue(), threads=10)
        assert sorted(type(result).__name__ for result in results) == ["Issued"] + ["RateLimited"] * 9
        assert Code.objects.get().issue == 1

    def test_asking_and_guessing_at_once_gives_no_more_than_five_looks(self) -> None:
        issued = issue(UserFactory.create())
        Code.objects.update(sent_at=timezone.now() - timedelta(minutes=1))
        tokens = [issued.token]

        def act(number: int) -> object:
            if number % 4 == 0:
                tokens.append(issue().token)
                return None
            return codes.spend(token=tokens[-1], digits=wrong(issued.digits))

        results = race(act, threads=24)
        assert sum(isinstance(result, CodeWrong) for result in results) <= codes.TRIES
        assert all(result is None or isinstance(result, DomainError) for result in results)
        assert Code.objects.get().tries <= codes.TRIES


@pytest.mark.django_db
def test_what_nobody_will_use_is_forgotten() -> None:
    issue()
    tidy_sessions()
    assert Code.objects.exists()
    with time_machine.travel(timezone.now() + codes.KEPT + timedelta(minutes=1)):
        tidy_sessions()
    assert not Code.objects.exists()
