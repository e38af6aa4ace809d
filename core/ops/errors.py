"""Error reports to Sentry, when it is configured, without anything about people but their id."""

from typing import Any

import sentry_sdk
from django.conf import settings

from core.ops.redaction import clean


def start_reporting() -> None:
    """Does nothing without SENTRY_DSN."""
    if settings.SENTRY_DSN:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN, send_default_pii=False, include_local_variables=False, max_request_body_size="never", before_send=scrub
        )


def scrub(report: Any, _hint: dict[str, Any]) -> Any:
    """The report without what redaction takes from logs, and without request bodies and cookies."""
    request = report.get("request", {})
    for part in ("cookies", "data", "env"):
        request.pop(part, None)
    return clean(report, depth=12)
