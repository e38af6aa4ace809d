"""The base of every REST endpoint."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from rest_framework.views import APIView


class Endpoint(APIView):
    """A thin door: authenticate, check the shape, call one selector or service, serialise."""

    @property
    def viewer(self) -> Any:
        """The signed-in person, or None. Selectors take it as it is."""
        user = self.request.user
        return None if isinstance(user, AnonymousUser) else user
