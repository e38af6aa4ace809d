"""What the clock starts, and how often."""

from typing import Any

from celery.schedules import crontab

# A tick that no worker took in time is dropped: the next one does the same work.
SCHEDULE: dict[str, dict[str, Any]] = {
    "sweep-outbox": {"task": "core.events.tasks.sweep_outbox", "schedule": 3.0, "options": {"expires": 10}},
    "heartbeat": {"task": "core.ops.tasks.heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "forget-idempotent-requests": {"task": "core.api.tasks.forget_old_idempotent_requests", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-mail": {"task": "core.mail.tasks.sweep_mail", "schedule": 10.0, "options": {"expires": 10}},
    "forget-mail": {"task": "core.mail.tasks.forget_mail", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-texts": {"task": "core.sms.tasks.sweep_texts", "schedule": 10.0, "options": {"expires": 10}},
    "forget-texts": {"task": "core.sms.tasks.forget_texts", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-uploads": {"task": "media_app.uploads.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}},
    "reconcile-follow-counts": {"task": "social.graph.tasks.reconcile_counts", "schedule": crontab(hour="3", minute="10")},
    "forget-declined-requests": {"task": "social.graph.tasks.forget_declined_requests", "schedule": crontab(hour="3", minute="15")},
    "forget-ended-mutes": {"task": "social.graph.tasks.forget_ended_mutes", "schedule": crontab(hour="3", minute="16")},
    "reconcile-contact-digests": {"task": "social.graph.tasks.reconcile_digests", "schedule": crontab(hour="3", minute="17")},
    "reconcile-post-counts": {"task": "social.posts.tasks.reconcile_counts", "schedule": crontab(hour="3", minute="20")},
    "discard-orphaned-uploads": {"task": "media_app.uploads.tasks.discard_orphans", "schedule": 3600.0, "options": {"expires": 3600}},
    "tidy-sessions": {"task": "accounts.sessions.tasks.tidy_sessions", "schedule": 3600.0, "options": {"expires": 3600}},
    "sweep-data": {"task": "accounts.data.tasks.sweep", "schedule": 60.0, "options": {"expires": 60}},
}
