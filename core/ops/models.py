"""What operators look after besides the outbox: tasks that failed for good."""

from django.db import models

from core.models import BaseModel


class FailedTask(BaseModel):
    """A background task whose last attempt failed. Tasks take ids only, so their arguments may be kept and the task sent again."""

    name = models.CharField(max_length=200)
    task_id = models.CharField(max_length=100)
    args = models.JSONField()
    kwargs = models.JSONField()
    error = models.TextField(blank=True)

    class Meta:
        verbose_name = "failed task"
        indexes = [models.Index(fields=["name", "-created_at"], name="failed_task_name")]

    def __str__(self) -> str:
        return self.name
