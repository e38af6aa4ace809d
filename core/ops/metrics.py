"""``/metrics`` for Prometheus: what processes count, and the queues only the database knows of."""

import os
from collections.abc import Iterable

from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.events.models import OutboxEvent
from core.mail.models import OutgoingMail
from core.ops.models import FailedTask
from core.ops.watching import may_watch
from core.sms.models import OutgoingText


class QueueCollector(Collector):
    """How much is owed, and for how long: asked of the database at each scrape, so every process tells the same."""

    def collect(self) -> Iterable[Metric]:
        owed = OutboxEvent.objects.aggregate(
            pending=Count("pk", filter=Q(failed_at=None)),
            failed=Count("pk", filter=Q(failed_at__isnull=False)),
            oldest=Min("created_at", filter=Q(failed_at=None)),
        )
        events = GaugeMetricFamily("hubbub_outbox_events", "Events still owed to handlers.", labels=["state"])
        events.add_metric(["pending"], owed["pending"])
        events.add_metric(["failed"], owed["failed"])
        yield events
        age = (timezone.now() - owed["oldest"]).total_seconds() if owed["oldest"] else 0.0
        yield GaugeMetricFamily("hubbub_outbox_oldest_seconds", "Age of the oldest event that is still pending.", value=age)
        for name, kind, words in (("hubbub_mail", OutgoingMail, "Mail"), ("hubbub_texts", OutgoingText, "Text messages")):
            counts = kind._default_manager.filter(sent_at=None).aggregate(waiting=Count("pk", filter=Q(failed_at=None)), failed=Count("failed_at"))
            outgoing = GaugeMetricFamily(name, f"{words} not sent yet, or given up.", labels=["state"])
            outgoing.add_metric(["waiting"], counts["waiting"])
            outgoing.add_metric(["failed"], counts["failed"])
            yield outgoing
        yield GaugeMetricFamily("hubbub_failed_tasks", "Tasks that failed for good and wait for an operator.", value=FailedTask.objects.count())


registry = CollectorRegistry()
registry.register(QueueCollector())


def metrics(request: HttpRequest) -> HttpResponse:
    """Everything Prometheus wants to know. To anyone else this address does not exist."""
    if not may_watch(request):
        raise Http404
    return HttpResponse(generate_latest(counted()) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def counted() -> CollectorRegistry:
    """What this process counted; where PROMETHEUS_MULTIPROC_DIR is set, what all processes of this machine did."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together
