"""What a server does before it takes its first request."""

import gc
from importlib import import_module

from django.conf import settings


def load_for_good() -> None:
    """Load every view, so that no request waits for it, and keep what is loaded from the collector.

    Where it looks through all of Django, every thread waits a quarter of a second, again and again, and there is nothing to be found.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
