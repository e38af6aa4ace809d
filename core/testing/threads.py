"""Racing: the same call from many threads at once, each with its own database connection, as many processes would."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def race(call: Callable[[int], Result], *, threads: int = 10) -> list[Result | Exception]:
    """Run ``call(0)`` … ``call(threads - 1)`` as nearly at once as can be; what each returned or raised, in that order.

    Needs ``@pytest.mark.django_db(transaction=True)``: threads see only what is committed.
    """
    barrier = threading.Barrier(threads)

    def run(number: int) -> Result | Exception:
        try:
            barrier.wait()
            return call(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
