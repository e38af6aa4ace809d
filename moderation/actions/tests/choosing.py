"""How staff choose rows of a list of the admin, and what is to be done to them."""

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse


def path_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def choose(client: Client, action: str, *rows: Model, **form: str) -> Any:
    return client.post(path_of(type(rows[0])), {"action": action, "_selected_action": [str(row.pk) for row in rows], **form}, follow=True)
