"""A small API of its own, mounted by the tests of core.api, so that they need no slice."""

from typing import Any
from uuid import UUID

from django.urls import include, path
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.schema import operation
from core.api.urls import pages
from core.api.views import Endpoint
from core.errors import Conflict, NotFound, RateLimited
from core.events.models import OutboxEvent
from core.paging import keyset_page


class ThingInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=20)
    tags = serializers.ListField(child=serializers.CharField(max_length=5), required=False)


class ThingSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class Things(Endpoint):
    permission_classes = (AllowAny,)

    @operation("List things", response=ThingSerializer, paged=True)
    def get(self, request: Request) -> Response:
        return self.page(keyset_page(OutboxEvent.objects.all(), **self.page_arguments()), ThingSerializer)

    @operation("Make a thing", request=ThingInput, response=ThingSerializer, status=201)
    def post(self, request: Request) -> Response:
        thing = OutboxEvent.objects.create(name=self.validated(ThingInput)["name"], payload={}, pending=[])
        return self.answer(ThingSerializer, thing, status=201)


class Thing(Endpoint):
    permission_classes = (AllowAny,)

    @operation("One thing", response=ThingSerializer)
    def get(self, request: Request, thing_id: UUID) -> Response:
        thing = OutboxEvent.objects.filter(pk=thing_id).first()
        if thing is None:
            raise NotFound
        return self.answer(ThingSerializer, thing)

    @operation("Remove a thing", status=204)
    def delete(self, request: Request, thing_id: UUID) -> Response:
        OutboxEvent.objects.filter(pk=thing_id).delete()
        return Response(status=204)


class Refusals(Endpoint):
    """Raises what the path names."""

    permission_classes = (AllowAny,)

    @operation("Refuse", response=ThingSerializer)
    def get(self, request: Request, kind: str) -> Response:
        if kind == "limited":
            raise RateLimited(2.2)
        if kind == "conflict":
            raise Conflict(code="conflict", details={"state": "moved"})
        if kind == "private":
            self.permission_denied(request)
        raise ZeroDivisionError("the secret is forty-two")

    @operation("Make and refuse", request=ThingInput, response=ThingSerializer)
    def post(self, request: Request, kind: str) -> Response:
        OutboxEvent.objects.create(name="refused", payload={}, pending=[])
        raise Conflict


class Uploads(Endpoint):
    permission_classes = (AllowAny,)
    limits = {"POST": "uploads"}

    @operation("Upload", response=ThingSerializer)
    def post(self, request: Request) -> Response:
        return Response({"id": None, "name": ""})


class ForStaff(Endpoint):
    permission_classes = (IsAdminUser,)

    @operation("What staff see", response=ThingSerializer)
    def get(self, request: Request) -> Response:
        return Response({"id": None, "name": ""})


urlpatterns = [
    path(
        "api/v1/",
        include(
            [
                path("things", Things.as_view()),
                path("things/<uuid:thing_id>", Thing.as_view()),
                path("refusals/<str:kind>", Refusals.as_view()),
                path("uploads", Uploads.as_view()),
                path("for-staff", ForStaff.as_view()),
            ]
        ),
    ),
    *pages,
]
