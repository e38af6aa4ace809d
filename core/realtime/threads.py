"""Running the synchronous code of slices beside the event loop.

Channels runs ORM code of all consumers on one thread, one call after the other. Here every call gets a thread of a bounded pool, with the
caller's context variables, and gives its database connection back when it is done.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from inspect import iscoroutinefunction as is_coroutine_function
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from channels.db import DatabaseSyncToAsync

__all__ = ["call", "in_thread", "is_coroutine_function"]
THREADS = 8
_pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="socket")


async def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Await a coroutine function, or run a plain one on the pool. Its exceptions are the caller's."""
    if is_coroutine_function(function):
        return await function(*arguments)
    return await in_thread(function, *arguments)


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a plain function on the pool. Past its size calls wait their turn."""
    async with ThreadSensitiveContext():
        return await DatabaseSyncToAsync(function, thread_sensitive=False, executor=_pool)(*arguments)
