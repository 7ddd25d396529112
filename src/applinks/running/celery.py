"""The engine Celery: the queue lies in a Valkey or Redis server, or whatever else Celery takes for a broker.

What is lost there does no harm, nor what comes twice, nor who else reads it: messages are numbers of runs.
"""

from __future__ import annotations

import logging
import os
import threading
import uuid
from collections.abc import Callable
from typing import Any

from applinks.errors import ConfigurationError

try:
    import celery
    from celery.concurrency.thread import TaskPool
    from celery.exceptions import WorkerShutdown
    from celery.worker import WorkController, state
    from kombu.asynchronous import set_event_loop
except ImportError as missing:
    raise ConfigurationError(
        "The engine Celery is not installed.", remedy="Install it with this package: pip install 'applinks[celery]'"
    ) from missing

TASK = "applinks.run"
STARTS_WITHIN = 30.0
SETTINGS = {
    "accept_content": ["json"],
    "task_serializer": "json",
    "task_ignore_result": True,
    "task_acks_late": True,  # so that nobody holds numbers which others could take
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "broker_connection_retry_on_startup": True,
    "broker_transport_options": {"socket_connect_timeout": 5.0, "socket_timeout": 10.0, "socket_keepalive": True},
    "task_publish_retry": False,
}


class _Threads(TaskPool):  # type: ignore[misc]
    """Looks for tasks in their own application; Celery would look in the default one of this process, which is the host's."""

    def on_apply(self, target: Any, args: Any = None, kwargs: Any = None, *callbacks: Any, **more: Any) -> Any:
        """Have a thread perform it."""
        return super().on_apply(target, args, {**(kwargs or {}), "app": self.app}, *callbacks, **more)


def _leave() -> None:
    """Ends the worker in whose thread this is called; Celery's own flag would end all of this process."""
    raise WorkerShutdown(os.EX_OK)


class Celery:
    """A `Queue` for one application; at most so many runs at a time in this process."""

    def __init__(self, broker: str, application: str, workers: int) -> None:
        self._app = celery.Celery("applinks", broker=broker.replace("valkey", "redis", 1), set_as_current=False, fixups=[])
        self._app.conf.update(SETTINGS, task_default_queue=f"applinks-{application}")
        self._name = f"{TASK}.{application}"  # names belong to the whole process, and several applications may live in it
        self._workers = workers
        self._begun = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, perform: Callable[[int], None]) -> None:
        """Begin."""

        def run(number: int) -> None:  # it takes functions, and no methods
            perform(number)

        self._task = self._app.task(run, name=self._name, shared=False)
        self._app.finalize()
        state.should_stop = None
        set_event_loop(None)  # else it would share, and close, the one of another worker of this process
        self._worker = WorkController(
            app=self._app,
            hostname=f"applinks-{os.getpid()}-{uuid.uuid4().hex[:8]}@here",
            pool=_Threads,
            concurrency=self._workers,
            loglevel=logging.WARNING,
            ready_callback=lambda _: self._begun.set(),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        self._thread = threading.Thread(target=self._worker.start, name="applinks-celery", daemon=True)
        self._thread.start()
        self._begun.wait(STARTS_WITHIN)

    def tell(self, number: int) -> None:
        """Send a number."""
        self._task.apply_async((number,))

    @property
    def is_running(self) -> bool:
        """Whether its thread lives; that one connects again by itself when the broker was away."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Take no more numbers, within a second; its worker waits for what runs."""
        if self._thread is None:
            return
        if self._worker.hub is not None:
            self._worker.hub.call_soon(_leave)
        else:  # a broker that is not listened to by an event loop: there is nothing but the flag
            flags: Any = state
            flags.should_stop = os.EX_OK

    def join(self, seconds: float) -> None:
        """Wait until nothing runs any more."""
        if self._thread is not None:
            self._thread.join(seconds)
