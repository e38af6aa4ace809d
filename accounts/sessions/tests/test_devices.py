"""Names of devices, and who hears of new ones."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.sessions import services
from accounts.sessions.devices import device_name
from accounts.sessions.events import SignedInFromNewDevice
from accounts.sessions.models import Session
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import PASSWORD, UserFactory
from core.events.registry import handlers
from core.mail.testing import delivered

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) {} Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android {}) AppleWebKit/537.36 (KHTML, like Gecko) {} Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0", "Firefox on Android"),
        (WINDOWS, "Chrome on Windows"),
        (f"{WINDOWS} Edg/142.0.0.0", "Edge on Windows"),
        (f"{WINDOWS} OPR/124.0.0.0", "Opera on Windows"),
        (f"{WINDOWS} Vivaldi/7.6", "Vivaldi on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        (IPHONE.format("Version/18.6"), "Safari on iPhone"),
        (IPHONE.format("CriOS/142.0"), "Chrome on iPhone"),
        (IPHONE.format("FxiOS/145.0"), "Firefox on iPhone"),
        (IPHONE.format("Version/18.6 EdgiOS/142.0"), "Edge on iPhone"),
        (IPHONE.format("Version/18.6").replace("iPhone", "iPad"), "Safari on iPad"),
        (ANDROID.format("10; K", "Chrome/142.0.0.0"), "Chrome on Android"),
        (ANDROID.format("15; Pixel 9 Pro", "Chrome/142.0.0.0"), "Chrome on Pixel 9 Pro"),
        (ANDROID.format("14; SM-S921B Build/UP1A.231005.007", "SamsungBrowser/28.0 Chrome/130.0.0.0"), "Samsung Internet on SM-S921B"),
        (ANDROID.format("15; Pixel 9 Build/AP3A; wv", "Version/4.0 Chrome/142.0.0.0") + " [FBAN/FB4A;FBAV/1]", "Facebook on Pixel 9"),
        ("HubbubApp/1.0", "HubbubApp"),
        ("HubbubApp/2.1 (iPhone; iOS 18.6; Scale/3.00)", "HubbubApp on iPhone"),
        ("HubbubApp/2.1 (Linux; Android 15; Pixel 9)", "HubbubApp on Pixel 9"),
        ("Hubbub/12 CFNetwork/1568.300.101 Darwin/24.2.0", "Hubbub on an Apple device"),
        ("okhttp/4.12.0", "Android app"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; SM-A546B Build/UP1A)", "Android app on SM-A546B"),
        ("Dart/3.5 (dart:io)", "Flutter app"),
        ("curl/8.5.0", "curl"),
        ("Python-urllib/3.11", "Python"),
        ("python-httpx/0.28.1", "Python"),
        ("node", "Node.js"),
        ("Go-http-client/2.0", "Go"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "<script>alert(1)<"),
    ],
)
def test_devices_go_by_names_people_know(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def come_in(user_agent: str, address: str = "10.0.0.1") -> None:
    client = APIClient(HTTP_USER_AGENT=user_agent, REMOTE_ADDR=address)
    assert client.post("/api/v1/auth/sign-in", {"username": "ana", "password": PASSWORD}).status_code == 200


@pytest.mark.django_db
class TestNewDevices:
    @pytest.fixture(autouse=True)
    def ana(self) -> User:
        ana: User = UserFactory.create(username="ana")
        return ana

    def test_first_sign_in_of_all_is_no_news(self) -> None:
        come_in(WINDOWS)
        assert delivered() == []

    def test_same_device_from_the_same_place_is_no_news(self) -> None:
        for version in ("142", "143"):
            come_in(WINDOWS.replace("142", version))
        assert delivered() == []

    @pytest.mark.parametrize(("user_agent", "address"), [(IPHONE.format("Version/18.6"), "10.0.0.1"), (WINDOWS, "10.9.9.9")])
    def test_other_device_or_place_is_told_by_mail(self, user_agent: str, address: str) -> None:
        come_in(WINDOWS)
        come_in(user_agent, address)
        (mail,) = delivered()
        assert (mail.subject, mail.to) == ("New sign-in", ["ana@example.com"])
        for shown in (device_name(user_agent), address, "/settings/sessions/"):
            assert shown in str(mail.body)
        come_in(user_agent, address)
        assert len(delivered()) == 1

    def test_page_tells_too(self, client: Client) -> None:
        come_in(WINDOWS)
        client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
        assert len(delivered()) == 1

    def test_wrong_password_tells_nobody(self) -> None:
        come_in(WINDOWS)
        APIClient(REMOTE_ADDR="10.9.9.9").post("/api/v1/auth/sign-in", {"username": "ana", "password": "wrong-wrong"})
        assert delivered() == []

    def test_others_hear_of_it_by_event(self, ana: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object) -> None:
        heard: list[SignedInFromNewDevice] = []
        monkeypatch.setitem(handlers, "accounts.sessions.SignedInFromNewDevice", {"test": heard.append})
        open_session(ana)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            session = open_session(ana, user_agent="HubbubApp/1.0")
        assert [(event.session_id, event.user_id) for event in heard] == [(session.pk, ana.pk)]


@pytest.mark.django_db
def test_address_is_that_of_the_last_use() -> None:
    session = open_session(UserFactory.create())
    services.note_use(session_id=session.pk, address="10.7.7.7")
    services.note_use(session_id=session.pk, address=None)
    assert Session.objects.get().address == "10.7.7.7"
