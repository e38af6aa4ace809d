"""A passkey device in software: makes keys and signs with them as a browser or a phone would."""

import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from accounts.users.models import User

VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@dataclass
class Device:
    """One key on one device. ``origin`` and ``flags`` can be told to lie."""

    origin: str = ""
    flags: AuthenticatorData.FLAG = VERIFIED
    counter: int = 0
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    handle: str = ""

    def __post_init__(self) -> None:
        self.origin = self.origin or settings.SITE_URL
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        """What ``navigator.credentials.create`` gives, as JSON."""
        self.handle = options["user"]["id"]
        made = AttestedCredentialData.create(b"\0" * 16, self.credential_id, ES256.from_cryptography_key(self.key.public_key()))  # type: ignore[no-untyped-call]
        said = AuthenticatorData.create(sha256(options["rp"]["id"].encode()), self.flags | AuthenticatorData.FLAG.AT, self.counter, bytes(made))
        client = self._client("webauthn.create", options)
        attestation = AttestationObject.create("none", said, {})
        return self._credential({"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(attestation)})

    def sign(self, options: dict[str, Any], *, with_handle: bool = True) -> dict[str, Any]:
        """What ``navigator.credentials.get`` gives, as JSON."""
        self.counter += 1
        said = AuthenticatorData.create(sha256(options["rpId"].encode()), self.flags, self.counter)
        client = self._client("webauthn.get", options)
        answer = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(said),
            "signature": websafe_encode(self.key.sign(bytes(said) + client.hash, ec.ECDSA(SHA256()))),
        }
        return self._credential({**answer, "userHandle": self.handle} if with_handle else answer)

    def _client(self, kind: str, options: dict[str, Any]) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(options["challenge"]), self.origin)

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        key = websafe_encode(self.credential_id)
        return {"id": key, "rawId": key, "type": "public-key", "response": response}


def make_passkey(user: User, device: Device | None = None, name: str = "Laptop") -> Authenticator:
    """A passkey of ``user``'s, kept as adding one keeps it."""
    device = device or Device()
    options = {"rp": {"id": urlsplit(settings.SITE_URL).hostname}, "user": {"id": websafe_encode(user.pk.bytes)}, "challenge": "AAAA"}
    data = {"name": name, "credential": device.create(options), "sign_count": device.counter}
    passkey: Authenticator = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)
    return passkey
