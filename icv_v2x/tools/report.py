# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x report`: a page that shows and explains what a bag, or a replay of it, came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from icv_v2x.interchange import BagReader
from icv_v2x.interchange.bag_writer import SIMULATED
from icv_v2x.parameters import load
from icv_v2x.parameters.groups import Cycle
from icv_v2x.pipeline import Pipeline
from icv_v2x.report import JsonlError, ReportWriter, RunDescription, read_jsonl
from icv_v2x.tools.bag_source import add_parameter_arguments, parameters_of
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.jsonl import summary_value
from icv_v2x.tools.replay import replay
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from icv_v2x.interchange.playback import Step
    from icv_v2x.parameters import Parameters

_NO_SCENE = (
    'The page was made from the lines of a replay, which hold what was advised but not where '
    'anyone was. Give the bag instead of the lines to see the scene.')


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'source', metavar='BAG_OR_JSONL', type=Path,
        help='rosbag2 directory or .mcap file, which is replayed, or the .jsonl of a replay, '
             'which gives a page without a map')
    parser.add_argument(
        '--html', metavar='OUT', type=Path, required=True, help='where the page goes')
    add_parameter_arguments(parser)
    parser.add_argument('--title', help='name of the run on the page (default: that of the file)')


def run(arguments: Namespace) -> int:
    """Write the page.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file for a bag, or one that cannot be used.
        SourceError: The lines are not those of a replay, or the page has no folder to go to.
        OSError: The page cannot be written.
    """
    source, page = arguments.source, arguments.html
    if not page.parent.is_dir():
        raise SourceError(f'cannot write {page}: the folder {page.parent} does not exist')
    title = arguments.title or source.name
    if source.is_file() and source.suffix != '.mcap':
        if arguments.profile:
            raise SourceError(
                f'{source} was replayed already; --profile takes a bag, to replay it again')
        _from_lines(source, page, title, arguments.params)
    else:
        _from_bag(source, page, title, arguments)
    say(f'wrote {page} ({page.stat().st_size / 1e6:.1f} MB); it opens in any browser')
    return 0


def _from_bag(source: Path, page: Path, title: str, arguments: Namespace) -> None:
    with BagReader(source, warn=say) as bag:
        parameters = parameters_of(source, arguments.params, arguments.profile)
        pipeline = Pipeline(parameters)
        description = RunDescription(simulated=is_simulated(source), source=source.name)
        writer = ReportWriter(description, parameters=parameters)

        def take(step: Step) -> None:
            writer.add(step.cycle, pipeline.counters)

        outcome = replay(bag, parameters, take, pipeline=pipeline)
        writer.write(page, title, summary_value(outcome.counters))


def _from_lines(source: Path, page: Path, title: str, given: Path | None) -> None:
    parameters = None if given is None else load(given)
    description = RunDescription(source=source.name, origin=0, scene_missing=_NO_SCENE)
    writer = ReportWriter(description, parameters=parameters)
    lines = read_jsonl(source)
    try:
        for cycle in lines:
            writer.add(cycle)
    except JsonlError as error:
        raise SourceError(str(error)) from error
    if not lines.summary:
        say(f'{source} has no summary at its end: the replay was broken off, or this is no replay')
    writer.write(page, title, lines.summary, duration=_duration(lines.summary, parameters))


def _duration(summary: dict[str, Any], parameters: Parameters | None) -> float | None:
    cycles = summary.get('cycles')
    if not isinstance(cycles, int) or cycles < 1:
        return None
    rate = parameters.cycle.rate if parameters else Cycle().rate
    return float((cycles - 1) / rate)


def is_simulated(bag: Path) -> bool:
    """Return whether a bag says of itself that a computer made it.

    Args:
        bag: rosbag2 directory, or the .mcap file within one.
    """
    folder = bag if bag.is_dir() else bag.parent
    try:
        metadata = yaml.safe_load((folder / 'metadata.yaml').read_text(encoding='utf-8'))
        custom = metadata['rosbag2_bagfile_information']['custom_data']
        return str(custom[SIMULATED]).lower() == 'true'
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return False
