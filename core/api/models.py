from django.db import models

from core.models import BaseModel


class IdempotentRequest(BaseModel):
    """A create that was carried out, and its answer. ``person_id`` is no foreign key: core knows no app, and the row lives one day."""

    person_id = models.UUIDField()
    key = models.CharField(max_length=200)
    route = models.CharField(max_length=500, help_text="Method and path.")
    fingerprint = models.CharField(max_length=64, help_text="Hash of the body: a key goes with one body.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(help_text="The answer's data as JSON, sent again as it is.")

    class Meta:
        verbose_name = "idempotent request"
        constraints = [models.UniqueConstraint(fields=["person_id", "key", "route"], name="idempotent_request_unique")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_request_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
