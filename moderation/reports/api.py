"""Reporting over REST."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import Endpoint
from moderation.reports import services
from moderation.reports.serializers import ReportRequestSerializer, ReportSerializer


class ReportsEndpoint(Endpoint):
    """Tell the moderators."""

    limits = {"POST": "reports"}

    @extend_schema(operation_id="reports_create", request=ReportRequestSerializer, responses={201: ReportSerializer, 200: ReportSerializer})
    def post(self, request: Request) -> Response:
        """Report something one can see. Reporting it again before it is decided answers 200 with the first report."""
        asked = self.validated(ReportRequestSerializer)
        report, is_new = services.report(reporter=self.viewer, kind=asked["kind"], target_id=asked["id"], reason=asked["reason"], note=asked["note"])
        return self.answer(ReportSerializer, report, status=201 if is_new else 200)
