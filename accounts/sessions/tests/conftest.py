"""Fixtures of the sign-in tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher


class Hashes:
    count = 0


CountHashes = Callable[[], AbstractContextManager[Hashes]]


@pytest.fixture
def count_hashes(monkeypatch: pytest.MonkeyPatch) -> CountHashes:
    """``with count_hashes() as hashes``: how many passwords were hashed, which is what the time of an answer would give away."""

    @contextmanager
    def counting() -> Iterator[Hashes]:
        hashes = Hashes()
        encode = MD5PasswordHasher.encode

        def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
            hashes.count += 1
            return encode(self, password, salt)

        with monkeypatch.context() as patch:
            patch.setattr(MD5PasswordHasher, "encode", counted)
            yield hashes

    return counting
