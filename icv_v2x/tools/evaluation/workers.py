# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Replays bags side by side on Dask, in local processes or on a cluster that is there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset.parquet import EXTRA, MissingExtraError
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.evaluation.bag import FAILED, evaluate_bag, without_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from icv_v2x.tools.evaluation.bag import Task

    Result = dict[str, Any]

# Bags handed out for each worker at a time: one in work, one at hand.
_AHEAD = 2
# A bag during whose work so many processes ended is given up.
_DEATHS = 2
_PATIENCE = 20.0
_FETCHING = 10.0


def run_all(
    tasks: Sequence[Task],
    take: Callable[[Task, dict[str, Any]], None],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    work: Callable[[Task], dict[str, Any]] = evaluate_bag,
) -> None:
    """Replay bags and hand over each result as it comes.

    Args:
        tasks: The bags.
        take: Gets each task with its result, in this process.
        scheduler: Address of a Dask scheduler whose workers see the same files, None: local
            processes.
        workers: Number of local processes, None: one for each processor.
        work: What is done with a task, for tests.

    Raises:
        MissingExtraError: Dask is not installed.
        SourceError: There is no scheduler at the address.
    """
    if not tasks:
        return
    try:
        import distributed  # noqa: F401, PLC0415 - no need of the vehicle
    except ImportError as error:
        raise MissingExtraError(f'{EXTRA} ({error})') from error
    count = min(workers or os.cpu_count() or 1, len(tasks))
    left = deque(tasks)
    deaths: Counter[Task] = Counter()
    while left:
        with _client(scheduler, count) as client:
            lost = _Round(client, work, take, local=scheduler is None).run(left)
        for task in lost:
            deaths[task] += 1
            if deaths[task] < _DEATHS:
                left.append(task)
            else:
                take(task, without_result(task, FAILED, 'the process that replayed it ended'))


class _Round:
    """Works bags off with one set of workers."""

    def __init__(
        self, client: Any, work: Callable[[Task], Result], take: Callable[[Task, Result], None],
        *, local: bool,
    ) -> None:
        self._client = client
        self._work = work
        self._take = take
        self._local = local
        self._in_work: dict[Any, Task] = {}

    def run(self, left: deque[Task]) -> list[Task]:
        """Take bags off `left`; return those that were in work when no worker was left."""
        import distributed  # noqa: PLC0415 - no need of the vehicle

        while left or self._in_work:
            self._hand_out(left)
            try:
                done = distributed.wait(
                    list(self._in_work), timeout=_PATIENCE, return_when='FIRST_COMPLETED').done
            except asyncio.TimeoutError:
                # A worker that ends while it starts is not started again.
                if self._local and not self._client.scheduler_info()['workers']:
                    return list(self._in_work.values())
                continue
            for future in done:
                self._collect(future)
        return []

    def _hand_out(self, left: deque[Task]) -> None:
        workers = max(len(self._client.nthreads()), 1)
        while left and len(self._in_work) < _AHEAD * workers:
            task = left.popleft()
            # Work is not a function of its arguments alone: files may have changed.
            self._in_work[self._client.submit(self._work, task, pure=False)] = task

    def _collect(self, future: Any) -> None:
        task = self._in_work[future]
        try:
            result = future.result(timeout=_FETCHING)
        except asyncio.TimeoutError:
            # Its worker ended with the result: it is worked out again.
            return
        # Whatever the work or Dask raises.
        except Exception as error:
            result = without_result(task, FAILED, f'{type(error).__name__}: {error}')
        del self._in_work[future]
        future.release()
        self._take(task, result)


@contextlib.contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    import dask  # noqa: PLC0415 - no need of the vehicle
    from distributed import Client, LocalCluster  # noqa: PLC0415

    if scheduler is not None:
        try:
            client = Client(scheduler)
        except (OSError, ValueError, TimeoutError) as error:
            raise SourceError(f'there is no Dask scheduler at {scheduler}: {error}') from error
        with client:
            yield client
        return
    # One thread each, as replays are bound to the processor; their memory is bounded by itself.
    with dask.config.set({'distributed.scheduler.allowed-failures': _DEATHS}), LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, memory_limit=0,
        dashboard_address='127.0.0.1:0', silence_logs=logging.CRITICAL,
    ) as cluster, Client(cluster) as client:
        yield client
