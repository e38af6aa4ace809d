from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient


@pytest.fixture
def anyone() -> APIClient:
    return APIClient()


@pytest.fixture
def someone(db: None) -> Any:
    return get_user_model().objects.create(username="someone", email="someone@example.com")


@pytest.fixture
def signed_in(someone: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(someone)
    return client
