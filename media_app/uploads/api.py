"""Uploads over REST: ask, send, confirm; or all at once in a form."""

from dataclasses import replace
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.parsers import JSONParser
from core.api.throttles import add_verdicts
from core.api.views import Endpoint
from core.errors import TooLarge
from media_app.uploads import counting, selectors, services
from media_app.uploads.serializers import UploadFormSerializer, UploadRequestSerializer, UploadSerializer, UploadStartedSerializer

FORM_OVERHEAD = 65_536  # what a form may weigh besides its file


class UploadsEndpoint(Endpoint):
    """Begin an upload."""

    parser_classes = [JSONParser, MultiPartParser]
    limits = {"POST": counting.FILES}

    @extend_schema(
        operation_id="uploads_create",
        request={"application/json": UploadRequestSerializer, "multipart/form-data": UploadFormSerializer},
        responses={201: UploadStartedSerializer},
    )
    def post(self, request: Request) -> Response:
        """Ask for a place to send a file to, or send it along as ``multipart/form-data``."""
        if (request.content_type or "").startswith("multipart/"):
            if int(request.headers.get("Content-Length") or 0) > settings.UPLOAD_IMAGE_MAX_BYTES + FORM_OVERHEAD:
                raise TooLarge
            form = self.validated(UploadFormSerializer)
            self.count(form["kind"])
            file = form["file"]
            upload = services.create_upload_from_file(
                owner=self.viewer,
                file=file,
                kind=form["kind"],
                filename=file.name,
                content_type=file.content_type or "",
                size=file.size,
                crop=form.get("crop"),
            )
            return self.answer(UploadStartedSerializer, upload, status=201)
        wanted = self.validated(UploadRequestSerializer)
        self.count(wanted["kind"])
        upload, presigned = services.request_upload(owner=self.viewer, **wanted)
        presigned = replace(presigned, url=request.build_absolute_uri(presigned.url))
        return Response(UploadStartedSerializer(upload, context={"presigned": presigned}).data, status=201)

    def count(self, kind: str) -> None:
        """What the kind counts besides; every file has been counted by now."""
        add_verdicts(self.request._request, counting.count_kind(self.request._request, self.viewer, kind))


class UploadEndpoint(Endpoint):
    """One upload of one's own."""

    @extend_schema(operation_id="uploads_retrieve", responses=UploadSerializer)
    def get(self, request: Request, upload_id: UUID) -> Response:
        """How far it is."""
        return self.answer(UploadSerializer, selectors.upload_detail(viewer=self.viewer, upload_id=upload_id))


class UploadCompleteEndpoint(Endpoint):
    """The client's word that the bytes are there."""

    @extend_schema(operation_id="uploads_complete", request=None, responses=UploadSerializer)
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Confirm the upload: it is then checked and processed. Confirm again to retry one that failed through no fault of the file."""
        return self.answer(UploadSerializer, services.complete_upload(owner=self.viewer, upload_id=upload_id))
