# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x export`: a bag, replayed, as Parquet tables for analysis and training."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.dataset import TABLES, DatasetRecorder
from icv_v2x.dataset.parquet import MissingExtraError
from icv_v2x.interchange import BagReader
from icv_v2x.tools.bag_source import add_bag_argument, add_parameter_arguments, parameters_of
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.jsonl import summary_value
from icv_v2x.tools.replay import replay
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from icv_v2x.interchange.playback import Step
    from icv_v2x.parameters import Parameters

SUMMARY = 'summary.json'


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    add_bag_argument(parser)
    parser.add_argument(
        '--parquet', metavar='DIR', type=Path, required=True,
        help='folder for the files, made where it is missing; see docs/data.md')
    add_parameter_arguments(parser)
    parser.add_argument(
        '--force', action='store_true', help='replace the files of an earlier export')


def run(arguments: Namespace) -> int:
    """Export a bag.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file, or one that cannot be used.
        SourceError: The folder holds an export already, or pyarrow is missing.
        OSError: A file cannot be written.
    """
    folder: Path = arguments.parquet
    there = [name for name in _files() if (folder / name).exists()]
    if there and not arguments.force:
        raise SourceError(f'{folder} holds {", ".join(there)} already; --force replaces them')
    with BagReader(arguments.bag, warn=say) as bag:
        parameters = parameters_of(arguments.bag, arguments.params, arguments.profile)
        folder.mkdir(parents=True, exist_ok=True)
        for name in there:
            (folder / name).unlink()
        try:
            summary = export(bag, parameters, folder)
        except MissingExtraError as error:
            raise SourceError(str(error)) from error
    rows = ', '.join(f'{count} {name}' for name, count in summary['rows'].items())
    say(f'wrote {folder}: rows of {rows}')
    return 0


def export(bag: BagReader, parameters: Parameters, folder: Path) -> dict[str, Any]:
    """Replay an open bag into a folder of tables.

    Args:
        bag: The bag.
        parameters: Of the pipeline.
        folder: Where the files go; it exists.

    Returns:
        The summary of the replay, with the rows of every table under `rows`.

    Raises:
        BagError: The bag is damaged within.
        MissingExtraError: pyarrow is not installed.
        OSError: A file cannot be written.
    """
    source = {
        'icv_v2x.source': bag.path.name, 'icv_v2x.version': version(),
        'icv_v2x.profile': parameters.profile,
        'icv_v2x.map_origin': (
            f'{parameters.map_origin.latitude} {parameters.map_origin.longitude} '
            f'{parameters.map_origin.altitude}'),
    }
    with DatasetRecorder(folder, source) as recorder:
        def take(step: Step) -> None:
            recorder.add(step.cycle, step.time)

        outcome = replay(bag, parameters, take)
    summary = {**summary_value(outcome.counters), 'rows': recorder.rows}
    partial = folder / f'{SUMMARY}.partial'
    partial.write_text(json.dumps(summary, indent=2) + '\n', encoding='utf-8')
    # The summary comes last: where it is, the export is whole.
    partial.replace(folder / SUMMARY)
    return summary


def version() -> str:
    """Return the version of the package, 'unknown' where it is not installed."""
    try:
        return metadata.version('icv_v2x')
    except metadata.PackageNotFoundError:
        return 'unknown'


def _files() -> list[str]:
    return [SUMMARY, *(f'{table.name}.parquet' for table in TABLES)]
