# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Replays bags side by side on Dask, in local processes or on a cluster that is there."""

from __future__ import annotations

import contextlib
import logging
import os
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset.parquet import EXTRA, MissingExtraError
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.evaluation.bag import FAILED, evaluate_bag, without_result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from icv_v2x.tools.evaluation.bag import Task


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
        from distributed import as_completed  # noqa: PLC0415 - no need of the vehicle
    except ImportError as error:
        raise MissingExtraError(f'{EXTRA} ({error})') from error
    count = min(workers or os.cpu_count() or 1, len(tasks))
    with _client(scheduler, count) as client:
        # Work is not a function of its arguments alone: files may have changed.
        futures = {client.submit(work, task, pure=False): task for task in tasks}
        for future in as_completed(list(futures)):
            task = futures.pop(future)
            failure = future.exception()
            if failure is None:
                take(task, future.result())
            else:
                what = f'{type(failure).__name__}: {failure}'
                take(task, without_result(task, FAILED, what))
            future.release()


@contextlib.contextmanager
def _client(scheduler: str | None, workers: int) -> Iterator[Any]:
    from distributed import Client, LocalCluster  # noqa: PLC0415 - no need of the vehicle

    if scheduler is not None:
        try:
            client = Client(scheduler)
        except (OSError, ValueError, TimeoutError) as error:
            raise SourceError(f'there is no Dask scheduler at {scheduler}: {error}') from error
        with client:
            yield client
        return
    # One thread each, as replays are bound to the processor; their memory is bounded by itself.
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, memory_limit=0,
        dashboard_address=None, silence_logs=logging.CRITICAL,
    ) as cluster, Client(cluster) as client:
        yield client
