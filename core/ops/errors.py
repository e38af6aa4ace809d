"""What nobody caught: into the log with its traceback, and to Sentry, when it is configured, without anything about people but their id."""

from typing import Any

import sentry_sdk
import structlog
from django.conf import settings
from django.core.signals import got_request_exception
from django.dispatch import receiver

from core.ops.redaction import clean

log = structlog.get_logger(__name__)


@receiver(got_request_exception, dispatch_uid="core.ops.errors")
def note_failure(**_: Any) -> None:
    """Pages and REST alike say so when answering broke."""
    log.exception("request_failed")


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
