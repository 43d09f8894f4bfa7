# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x evaluate`: many bags replayed side by side, summed up in tables and on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset.parquet import MissingExtraError, arrow
from icv_v2x.parameters.profiles import profile_file
from icv_v2x.tools.bag_source import add_parameter_arguments
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.evaluation.bag import DONE, Task
from icv_v2x.tools.evaluation.page import page
from icv_v2x.tools.evaluation.store import ResultStore
from icv_v2x.tools.evaluation.tables import write_tables
from icv_v2x.tools.evaluation.workers import run_all
from icv_v2x.tools.export import version
from icv_v2x.tools.terminal import progress, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

PAGE = 'index.html'
_METADATA = 'metadata.yaml'
_SOME_WITHOUT_RESULT = 1


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bags', metavar='BAG', type=Path, nargs='+',
        help='rosbag2 directory or .mcap file, or a folder, in which all bags are taken')
    parser.add_argument(
        '--out', metavar='DIR', type=Path, required=True,
        help='folder for the page, the tables and the results; what is there is not done again')
    add_parameter_arguments(parser)
    parser.add_argument(
        '--scheduler', metavar='ADDRESS',
        help='a Dask scheduler whose workers see the same files (default: local processes)')
    parser.add_argument(
        '--workers', metavar='N', type=int,
        help='local processes (default: one for each processor)')


def run(arguments: Namespace) -> int:
    """Evaluate bags.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status: 0, or 1 where a bag has no result.

    Raises:
        ParameterError: There is no such profile.
        SourceError: No bag, a wrong number of workers, no such scheduler, or a library is missing.
        OSError: A file cannot be written.
    """
    if arguments.workers is not None and arguments.workers < 1:
        raise SourceError(f'--workers {arguments.workers} is not allowed; it takes 1 or more')
    profile = arguments.profile
    if profile is not None:
        # An unknown one is told at once, and workers elsewhere find the file by its path.
        profile = str(profile_file(profile).resolve())
    params = None if arguments.params is None else str(arguments.params.resolve())
    if params is not None and not Path(params).is_file():
        raise SourceError(f'there is no parameter file {arguments.params}')
    tasks = [Task(str(bag.resolve()), params, profile) for bag in bags_of(arguments.bags)]
    try:
        arrow()
        results = evaluate(
            tasks, arguments.out, scheduler=arguments.scheduler, workers=arguments.workers)
        write_tables(arguments.out, results, version())
    except MissingExtraError as error:
        raise SourceError(str(error)) from error
    setting = f'parameters {arguments.params or "of each bag"}'
    if arguments.profile is not None:
        setting += f', profile {arguments.profile}'
    text = page(results, version(), setting)
    partial = arguments.out / f'{PAGE}.partial'
    partial.write_text(text, encoding='utf-8')
    partial.replace(arguments.out / PAGE)
    wrong = [result for result in results if result['status'] != DONE]
    for result in wrong:
        say(f'{result["bag"]}: {result["error"]}')
    say(f'{len(results) - len(wrong)} of {len(results)} bags; wrote {arguments.out / PAGE}')
    return _SOME_WITHOUT_RESULT if wrong else 0


def evaluate(
    tasks: Sequence[Task], folder: Path, *, scheduler: str | None = None,
    workers: int | None = None,
) -> list[dict[str, Any]]:
    """Return the results of bags, those that are there already from their files.

    Args:
        tasks: The bags.
        folder: Of the evaluation; made where it is missing.
        scheduler: Address of a Dask scheduler, None: local processes.
        workers: Number of local processes, None: one for each processor.

    Raises:
        MissingExtraError: Dask is not installed.
        SourceError: There is no scheduler at the address.
        OSError: A file cannot be written.
    """
    store = ResultStore(folder, version())
    results = {task: result for task in tasks if (result := store.load(task)) is not None}
    left = [task for task in tasks if task not in results]
    if results:
        say(f'{len(results)} of {len(tasks)} bags are done already')
    with progress('evaluating', len(left)) as advance:
        def take(task: Task, result: dict[str, Any]) -> None:
            store.save(task, result)
            results[task] = result
            advance()

        run_all(left, take, scheduler=scheduler, workers=workers)
    return [results[task] for task in tasks]


def bags_of(paths: Sequence[Path]) -> list[Path]:
    """Return the bags that were named, folders of bags resolved, each once and in order.

    Raises:
        SourceError: A folder holds no bag.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir() or (path / _METADATA).exists():
            found[path] = None
            continue
        inside = sorted({file.parent for file in path.rglob(_METADATA)})
        inside += sorted(
            file for file in path.rglob('*.mcap')
            if not (file.parent / _METADATA).exists())
        if not inside:
            raise SourceError(f'{path} is no bag and holds none')
        found.update(dict.fromkeys(inside))
    return list(found)
