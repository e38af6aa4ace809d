import gzip
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any, ClassVar

import pytest

from core.fetch.fetcher import INTERNET, MAX_BYTES, PAGES, FetchRefused, Network, fetch

OUTSIDE = "127.0.0.2"  # stands for the internet: the only address these tests open


class Hostile(BaseHTTPRequestHandler):
    """Answers by path, the way the worst of the web would."""

    asked: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        getattr(self, self.path.strip("/").partition("?")[0].replace("-", "_") or "page", self.page)()

    def reply(self, body: bytes, content_type: str = "text/html; charset=latin-1", **headers: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page(self) -> None:
        self.reply(b"<title>hello</title>", Set_Cookie="a=b")

    def redirect_to(self, url: str) -> None:
        self.send_response(302)
        self.send_header("Location", url)
        self.send_header("Set-Cookie", "tracked=yes")
        self.end_headers()

    def hop(self) -> None:
        self.redirect_to("/page")

    def inside(self) -> None:
        self.redirect_to(f"http://127.0.0.1:{self.server.server_port}/page")  # type: ignore[attr-defined]

    def other_scheme(self) -> None:
        self.redirect_to("file:///etc/passwd")

    def loop(self) -> None:
        self.redirect_to("/loop")

    def picture(self) -> None:
        self.reply(b"x", "image/png")

    def large(self) -> None:
        self.reply(b"x" * (MAX_BYTES + 1))

    def bomb(self) -> None:
        self.reply(gzip.compress(bytes(50 * MAX_BYTES)), Content_Encoding="gzip")

    def compressed(self) -> None:
        self.reply(gzip.compress(b"small"), Content_Encoding="gzip")

    def cut_off(self) -> None:
        self.reply(gzip.compress(b"small" * 1000)[:-4], Content_Encoding="gzip")

    def brotli(self) -> None:
        self.reply(b"x", Content_Encoding="br")

    def drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        for _ in range(60):
            time.sleep(0.1)
            self.wfile.write(b"x")
            self.wfile.flush()

    def drip_headers(self) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Slow: " + b"x" * 60:
            time.sleep(0.1)
            self.wfile.write(bytes([byte]))
            self.wfile.flush()

    def missing(self) -> None:
        self.send_error(404)

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the fetcher hung up, which is what most of these tests are about
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    Hostile.asked.clear()
    server = ThreadingHTTPServer(("0.0.0.0", 0), Hostile)  # noqa: S104  loopback has many addresses, and they are the subject
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def resolving(*answers: str) -> Any:
    """A resolver that gives one answer after the other, and keeps to the last."""
    left = list(answers)

    def resolve(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        address = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        where = (address, port, 0, 0) if ":" in address else (address, port)
        return [(family, socket.SOCK_STREAM, 6, "", where)]

    return resolve


def opened(port: int, *answers: str) -> Network:
    return Network.opened([ip_network(f"{OUTSIDE}/32")], [port], resolving(*(answers or (OUTSIDE,))))


def refusal(url: str, network: Network, **options: Any) -> str:
    with pytest.raises(FetchRefused) as refused:
        fetch(url, accept=PAGES, network=network, **options)
    return refused.value.code


def test_page_is_fetched_without_cookies_or_credentials(port: int) -> None:
    fetched = fetch(f"http://example.com:{port}/hop", accept=PAGES, network=opened(port))
    assert fetched.body == b"<title>hello</title>"
    assert (fetched.content_type, fetched.charset) == ("text/html", "latin-1")
    assert fetched.url == f"http://example.com:{port}/page"
    assert [path for path, _ in Hostile.asked] == ["/hop", "/page"]
    assert all(not {"cookie", "authorization", "referer"} & headers.keys() for _, headers in Hostile.asked)


def test_compressed_page_is_read(port: int) -> None:
    assert fetch(f"http://example.com:{port}/compressed", accept=PAGES, network=opened(port)).body == b"small"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("inside", "fetch_refused"),
        ("other-scheme", "fetch_refused"),
        ("loop", "fetch_failed"),
        ("picture", "fetch_wrong_type"),
        ("large", "fetch_too_large"),
        ("bomb", "fetch_too_large"),
        ("cut-off", "fetch_failed"),
        ("brotli", "fetch_failed"),
        ("missing", "fetch_failed"),
    ],
)
def test_hostile_answers_are_refused(port: int, path: str, code: str) -> None:
    assert refusal(f"http://example.com:{port}/{path}", opened(port)) == code
    assert len(Hostile.asked) <= 5


@pytest.mark.parametrize("path", ["drip", "drip-headers"])
def test_slow_answers_are_cut_off_as_a_whole(port: int, path: str) -> None:
    assert refusal(f"http://example.com:{port}/{path}", opened(port), max_seconds=0.6) == "fetch_timed_out"


def test_name_that_points_inside_is_not_asked(port: int) -> None:
    assert refusal(f"http://example.com:{port}/page", opened(port, "127.0.0.1")) == "fetch_refused"
    assert Hostile.asked == []


def test_second_answer_of_a_rebinding_name_is_checked_too(port: int) -> None:
    assert refusal(f"http://example.com:{port}/hop", opened(port, OUTSIDE, "127.0.0.1")) == "fetch_refused"
    assert [path for path, _ in Hostile.asked] == ["/hop"]


def test_name_is_resolved_once_for_each_request(port: int) -> None:
    assert fetch(f"http://example.com:{port}/page", accept=PAGES, network=opened(port, OUTSIDE, "127.0.0.1")).body


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),  # noqa: S104
        *("::1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "fec0::1", "fe80::1", "fd00::1", "ff02::1"),
    ],
)
def test_addresses_that_lead_inside_are_refused(address: str) -> None:
    assert refusal("http://example.com/", Network(INTERNET.policy, resolving(address))) == "fetch_refused"
    literal = f"[{address}]" if ":" in address else address
    assert refusal(f"http://{literal}/", INTERNET) == "fetch_refused"


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "http://example.com:22/", "http://user:word@example.com/"),
        *(
            "http://2130706433/",
            "http://0x7f.1/",
            "http://localhost/",
            "//example.com/",
            "example.com",
            "",
            "http://",
            "http://[::1",
            "http://a\x00b/",
        ),
    ],
)
def test_other_schemes_ports_and_spellings_are_refused(url: str) -> None:
    assert refusal(url, Network(INTERNET.policy, resolving("127.0.0.1"))) in {"fetch_refused", "fetch_failed"}
