"""Settings, and addresses, of the web servers that the tests start."""

import os
import time
from pathlib import Path

from django.http import HttpRequest, JsonResponse
from django.urls import path

from config.settings.test import *  # noqa: F403 - as settings do

ROOT_URLCONF = __name__
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]  # its app insists


def slow(request: HttpRequest) -> JsonResponse:
    """Answers a while after it has left a file at ``began``."""
    Path(request.GET["began"]).touch()
    time.sleep(1.5)
    return JsonResponse({"answered": True})


def shown(request: HttpRequest) -> JsonResponse:
    """What the server lets a request see, and the process it is answered by."""
    return JsonResponse({"process": os.getpid(), "names": sorted(request.META)})


urlpatterns = [path("slow", slow), path("shown", shown)]
