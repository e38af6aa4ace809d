"""A small OpenID provider, as Google is one: discovery, consent, codes with PKCE, signed tokens, keys. For tests that sign in with Google."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT_ID, CLIENT_SECRET, KEY_ID = "hubbub-tests", "not-a-secret", "key-1"
ANA = {"sub": "google-ana", "email": "ana@example.com", "email_verified": True, "name": "Ana Ferreira"}


@dataclass
class Provider:
    """``person`` is who is signed in there. ``codes`` holds what was asked with each code that was not exchanged yet."""

    port: int = 0
    person: dict[str, Any] = field(default_factory=lambda: dict(ANA))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), type("Bound", (Handler,), {"provider": self}))
        self.issuer = f"http://localhost:{self.server.server_address[1]}"

    def settings(self) -> dict[str, Any]:
        """``SOCIALACCOUNT_PROVIDERS`` that lead here."""
        ways = {"server_url": self.issuer, "fetch_userinfo": False, "oauth_pkce_enabled": True}
        return {"google": {"APPS": [{"client_id": CLIENT_ID, "secret": CLIENT_SECRET, "name": "Google", "settings": ways}]}}

    def discovery(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo", "jwks_uri": "keys"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in paths.items()}}

    def id_token(self, **claims: Any) -> str:
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 3600, **self.person, **claims}
        return jwt.encode(said, self.key, algorithm="RS256", headers={"kid": KEY_ID})

    def keys(self) -> dict[str, Any]:
        return {"keys": [{**json.loads(RSAAlgorithm.to_jwk(self.key.public_key())), "kid": KEY_ID, "alg": "RS256", "use": "sig"}]}

    def consent(self, asked: dict[str, str]) -> str:
        """The address the person is sent back to once they agreed. Raises AssertionError where the request is not as it must be."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert {"openid", "email"} <= set(asked["scope"].split())
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens for a code, once, to whoever has secret and verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        known = (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        if asked is None or not known or challenge != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        return {"access_token": "opaque", "token_type": "Bearer", "expires_in": 3600, "id_token": self.id_token()}

    @contextmanager
    def running(self) -> Iterator["Provider"]:
        thread = Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.server.shutdown()
            self.server.server_close()
            thread.join()


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        match path:
            case "/.well-known/openid-configuration":
                self.say(self.provider.discovery())
            case "/keys":
                self.say(self.provider.keys())
            case "/userinfo":
                self.say(self.provider.person)
            case "/authorize":
                fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in asked.items())
                who = escape(str(self.provider.person["email"]))
                cancel = escape(f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}")
                page = f"<h1>Sign in as {who}?</h1><form method=post>{fields}<button>Allow</button></form><a href='{cancel}'>Cancel</a>"
                self.send(200, page.encode(), "text/html; charset=utf-8")
            case _:
                self.say({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        if urlsplit(self.path).path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.consent(form))
            self.end_headers()
        elif (tokens := self.provider.exchange(form)) is not None:
            self.say(tokens)
        else:
            self.say({"error": "invalid_grant"}, 400)

    def say(self, answer: dict[str, Any], status: int = 200) -> None:
        self.send(status, json.dumps(answer).encode(), "application/json")

    def send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Tests have enough to say."""
