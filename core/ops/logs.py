"""One log line for one thing that happened: JSON in production, readable in a terminal, never with a secret in it.

Our own modules log through structlog; what others log through ``logging`` takes the same road, so both carry the request id and both are redacted.
"""

import logging
import sys
from typing import Any

import msgspec
import structlog

from core.ops.redaction import redact

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]

UNREMARKABLE = frozenset({"debug", "info", "warning"})


def as_json(event: Any, default: Any = None, **_: Any) -> str:
    """The line, by the encoder that answers go through; what no JSON knows is shown as structlog shows it."""
    return msgspec.json.encode(event, enc_hook=default).decode()


def written(logger: Any, method: str, event: Any) -> Any:
    """Writes our own lines that report no error, which nearly all are, without the way through ``logging``: nobody listens for them there.

    Errors go that way, since that is where Sentry listens. Raises DropEvent, structlog's word for a line that is done with.
    """
    if method not in UNREMARKABLE or "exc_info" in event:
        return event
    sys.stderr.write(as_json(redact(logger, method, event)) + "\n")
    raise structlog.DropEvent


def forget_callers() -> None:
    """Lines say neither file nor thread nor process, so ``logging`` need not look for them (the switches of its "Optimization" chapter)."""
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def logging_settings(log_format: str, log_level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING. ``log_format`` is "json" or "console"."""
    short_way = [written] if log_format == "json" else []
    if log_format == "json":
        forget_callers()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, *short_way, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # The traceback becomes text before redaction, so that what an exception quotes is redacted too.
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info, redact]
    last.append(structlog.processors.JSONRenderer(serializer=as_json) if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False))
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": last,
        "foreign_pre_chain": SHARED,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stream"], "level": log_level},
        "loggers": {
            "django": {"level": "INFO"},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "django_structlog": {"level": log_level},
            "django_structlog.celery": {"level": log_level if log_format == "json" else "WARNING"},  # every task's comings and goings
        },
    }
