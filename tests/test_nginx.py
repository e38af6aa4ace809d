"""What stands in front, as ``deploy/nginx.conf`` says: run by a real nginx, before a server that writes down what gets through."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from core.embedded.tests.processes import eventually
from core.testing.ports import free_port
from tests.architecture import ROOT

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PORT = "8443"  # what an operator chose as HTTPS_PORT
HOST = f"hubbub.example:{PORT}"
CONCURRENT_UPLOADS = 10

pytestmark = pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason="needs nginx")


@dataclass
class Front:
    http: int
    https: int
    logs: Path
    arrived: list[str] = field(default_factory=list)  # paths of requests the server behind has begun to hear of

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPSConnection("127.0.0.1", self.https, timeout=10, context=trusting())
        connection.request("GET", path, headers={"Host": HOST, **headers})
        answer = connection.getresponse()
        return answer, answer.read()

    def begin_upload(self, length: int) -> ssl.SSLSocket:
        """Someone who sends slowly: the head of a request, and the first byte of its body."""
        talk = trusting().wrap_socket(socket.create_connection(("127.0.0.1", self.https), timeout=10))
        talk.sendall(f"POST /api/v1/uploads HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n.".encode())
        return talk


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def write_certificate(folder: Path) -> None:
    folder.mkdir()
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hubbub.example")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    signed = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    as_text = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*as_text))


def on_this_machine(folder: Path, http: int, https: int, behind: int) -> str:
    """The configuration with Docker's names, ports and folders replaced by what there is here, and nothing else."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    port = (ROOT / "deploy" / "https-port.conf.template").read_text().replace("${HTTPS_PORT}", PORT)
    (folder / "https-port.conf").write_text(port)
    for found, put in [
        (r"resolver 127\.0\.0\.11[^;]*;", ""),  # with names to be asked for anew, which nginx learned in 1.27
        (r"server (?:web|sockets|storage):\d+ resolve;", f"server 127.0.0.1:{behind};"),
        (r"include mime\.types;", ""),
        (r"include conf\.d/", f"include {folder}/"),
        (r"/tmp/(?=nginx\.pid|client|proxy|fastcgi|uwsgi|scgi)", f"{folder}/"),  # noqa: S108 - nginx says so
        (r"/dev/stdout", f"{folder}/access.log"),
        (r"/dev/stderr", f"{folder}/error.log"),
        (r"/etc/nginx/tls/", f"{folder}/tls/"),
        (r"listen 8080;", f"listen 127.0.0.1:{http};"),
        (r"listen 8443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        (r"http2 on;", ""),  # which nginx learned in 1.25
    ]:
        text, times = re.subn(found, put, text)
        assert times, found
    return (f"user {os.environ.get('USER', 'root')};\n" if os.geteuid() == 0 else "") + text


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    known = Front(free_port(), free_port(), folder)

    class Behind(BaseHTTPRequestHandler):
        def answer(self) -> None:
            known.arrived.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = json.dumps(dict(self.headers.items())).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - names that http.server asks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing to say."""

    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    Thread(target=behind.serve_forever, daemon=True).start()
    write_certificate(folder / "tls")
    (folder / "nginx.conf").write_text(on_this_machine(folder, known.http, known.https, behind.server_port))
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    with subprocess.Popen([*command, "-g", "daemon off;"]) as process:
        wait_for(known.https)
        yield known
        process.terminate()
    behind.shutdown()
    behind.server_close()


def wait_for(port: int) -> None:
    def listens() -> bool:
        with socket.socket() as knocking:
            return knocking.connect_ex(("127.0.0.1", port)) == 0

    assert eventually(listens), "nginx does not listen"


def test_keys_of_mailed_links_are_in_no_log(front: Front) -> None:
    for path in ("/verify/MjE:1vNx2T:live-key/", "/reset/2k-live-key/", "/posts/kept/?sig=live-key"):
        assert front.get(path)[0].status == 200
    access, errors = front.logs / "access.log", front.logs / "error.log"
    lines = ("/verify/[redacted]", "/reset/[redacted]", "/posts/kept/")
    assert eventually(lambda: all(line in access.read_text() for line in lines)), "written after the answer"
    assert "live-key" not in access.read_text() + errors.read_text()


def test_keys_are_in_no_log_when_nothing_answers_behind(tmp_path: Path) -> None:
    write_certificate(tmp_path / "tls")
    http, https = free_port(), free_port()
    (tmp_path / "nginx.conf").write_text(on_this_machine(tmp_path, http, https, free_port()))
    command = [str(NGINX), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log"), "-g", "daemon off;"]
    with subprocess.Popen(command) as process:
        wait_for(https)
        lonely = Front(http, https, tmp_path)
        for path in ("/verify/MjE:1vNx2T:live-key/", "/reset/2k-live-key/", "/hubbub-media/private/x?X-Amz-Signature=live-key", "/explore/"):
            assert lonely.get(path)[0].status in {502, 504}
        process.terminate()
    errors = (tmp_path / "error.log").read_text()
    assert "/explore/" in errors
    assert "live-key" not in errors + (tmp_path / "access.log").read_text()


def test_host_keeps_the_port_people_use(front: Front) -> None:
    for path in ("/", "/ws/", "/hubbub-media/x", "/api/v1/uploads"):
        answer, body = front.get(path)
        assert json.loads(body)["Host"] == HOST, path
    plain = HTTPConnection("127.0.0.1", front.http, timeout=10)
    plain.request("GET", "/explore/?tab=people", headers={"Host": "hubbub.example"})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/explore/?tab=people")


def test_what_a_visitor_claims_goes_no_further(front: Front) -> None:
    told = json.loads(front.get("/", **{"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "gopher", "X-Request-ID": "mine"})[1])
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == ("127.0.0.1", "https")
    assert told["X-Request-ID"] != "mine"


@pytest.mark.parametrize(("path", "status"), [("/metrics", 404), ("/readyz", 404), ("//readyz", 404), ("/x/../readyz", 404), ("/healthz", 200)])
def test_figures_are_for_inside(front: Front, path: str, status: int) -> None:
    before = len(front.arrived)
    assert front.get(path)[0].status == status
    assert len(front.arrived) - before == (1 if status == 200 else 0)


def test_slow_uploads_take_no_thread_behind_and_only_so_many_places(front: Front) -> None:
    before = front.arrived.count("/api/v1/uploads")
    with ExitStack() as talks:
        slow = [talks.enter_context(front.begin_upload(5)) for _ in range(CONCURRENT_UPLOADS)]
        for _ in range(1000):
            refused = front.get("/api/v1/uploads")[0].status
            if refused == 429:
                break
            time.sleep(0.02)
            before += 1  # not all of them were heard yet, so this one got through
        assert refused == 429, "one more than an address may have at once"
        assert front.get("/explore/")[0].status == 200, "and the rest of the site answers"
        assert front.arrived.count("/api/v1/uploads") == before
        for talk in slow:
            talk.sendall(b"1234")
            assert talk.recv(1000).startswith(b"HTTP/1.1 200")
        assert front.arrived.count("/api/v1/uploads") == before + CONCURRENT_UPLOADS
