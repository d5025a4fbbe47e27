"""Dask distributed: a cluster of worker processes on this machine, or one that runs somewhere already.

Of its workers each holds one item at a time. One that dies costs the item its first try, not its place: the cluster
starts another worker and gives it the item again, and gives an item up that ended two workers.
"""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import cudacompat
from cudacompat.domain.words.errors import StepError, UsageError
from cudacompat.domain.words.executor import Lost
from cudacompat.host.programs.workers import WorkerError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_WAIT_S = 30.0
_MEMORY = 6 << 30  # bytes of one worker, if the machine has as many for each: then it is ended and started again
_NO_PAGES = "127.0.0.1:0"  # Dask listens for browsers in any case: here where nobody else reaches it, with no pages
_DIED = Lost("each worker that read it ended")


class Cluster:
    """`workers` processes on this machine, which keep what they write in `folder`; with `scheduler`, the workers of the
    cluster at that address. `UsageError` where Dask is not installed or the address is none, `StepError` where the
    cluster cannot be used."""

    def __init__(self, workers: int, folder: Path, scheduler: str | None = None) -> None:
        self._workers, self._folder, self._scheduler = workers, folder, scheduler
        try:
            import distributed  # noqa: F401
        except ImportError:
            raise UsageError(
                "this needs Dask distributed, which is not installed (pip install 'cudacompat[distributed]')"
            ) from None

    def map(self, function: Callable[[Item], Answer], items: Iterable[Item]) -> Iterator[tuple[Item, Answer | Lost]]:
        """Give each item and its answer as soon as that is there. Function, items and answers are pickled; the function
        is found by its module and name. `WorkerError` when the function raises."""
        from distributed import as_completed

        waiting = iter(items)
        numbers = itertools.count()
        with self._client() as client:
            asked: dict[str, Item] = {}
            done = as_completed(loop=client.loop)

            def ask(count: int) -> None:
                for item in itertools.islice(waiting, count):
                    future = client.submit(function, item, key=f"cudacompat-{next(numbers)}", pure=False)
                    asked[future.key] = item
                    done.add(future)

            ask(_slots(client))
            while asked:
                future = next(done)
                item = asked.pop(future.key)
                yield item, self._answer(future)
                del future  # whose answer the cluster forgets now
                ask(max(1, _slots(client) - len(asked)))

    def _answer(self, future: Any) -> Any:
        from distributed.scheduler import KilledWorker

        if future.status == "finished":
            return future.result()
        if future.status != "error":
            raise StepError(f"the cluster at {self._scheduler or 'this machine'} ended before its work did")
        error = future.exception()
        if isinstance(error, KilledWorker):
            return _DIED
        raise WorkerError(f"{type(error).__name__}: {error}") from error

    @contextmanager
    def _client(self) -> Iterator[Any]:
        import dask
        from distributed import Client

        _quiet()
        settings: dict[str, Any] = {
            "distributed.scheduler.allowed-failures": 1,
            "distributed.scheduler.worker-saturation": 1.0,
            "distributed.worker.profile.enabled": False,
            "distributed.scheduler.http.routes": [],
            "distributed.worker.http.routes": [],
            # a worker imports nothing from the folder that it is started in
            "distributed.nanny.pre-spawn-environ.PYTHONSAFEPATH": "1",
        }
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(settings))
            if self._scheduler is None:
                client = stack.enter_context(Client(stack.enter_context(self._local())))
            else:
                client = stack.enter_context(self._connected(self._scheduler))
                self._require_alike(client)
            yield client

    def _local(self) -> Any:
        from distributed import LocalCluster
        from distributed.security import Security
        from distributed.system import MEMORY_LIMIT

        return LocalCluster(
            n_workers=self._workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            protocol="tls",
            security=Security.temporary(),  # any user of this machine could give work to an open port
            dashboard_address=_NO_PAGES,
            worker_dashboard_address=_NO_PAGES,
            local_directory=str(self._folder),
            memory_limit=min(_MEMORY, MEMORY_LIMIT // self._workers),
            silence_logs=logging.CRITICAL,
        )

    @staticmethod
    def _connected(address: str) -> Any:
        from distributed import Client

        try:
            client = Client(address, timeout=_WAIT_S, set_as_default=False)
        except ValueError as error:
            raise UsageError(
                f"not the address of a scheduler: {address} ({error}; example: tcp://10.0.0.5:8786)"
            ) from None
        except OSError:
            raise StepError(f"no scheduler of Dask answers at {address}") from None
        return client

    def _require_alike(self, client: Any) -> None:
        """`StepError` where the cluster has no worker, or one without this very release."""
        try:
            client.wait_for_workers(1, timeout=_WAIT_S)
        except TimeoutError:
            raise StepError(f"the cluster at {self._scheduler} has no worker") from None
        for worker, version in client.run(_version_of_worker()).items():
            if version != cudacompat.__version__:
                has = f"has cudacompat {version}" if version else "has no cudacompat"
                raise StepError(f"the worker {worker} {has}; install cudacompat {cudacompat.__version__} there")


def _slots(client: Any) -> int:
    """How many items the workers hold that are there now, at least one."""
    threads: dict[str, int] = client.nthreads()
    return max(1, sum(threads.values()))


def _version_of_worker() -> Callable[[], str | None]:
    """What tells the release that a worker has: a function that travels by its text, as one without this package would
    not find it there."""

    def version() -> str | None:
        try:
            from cudacompat import __version__
        except ImportError:
            return None
        return __version__

    return version


def _quiet() -> None:
    """What goes wrong is said once, in this program's words."""
    for name in ("distributed", "asyncio", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not sys.warnoptions:
        import warnings

        warnings.filterwarnings("ignore", module="distributed")
