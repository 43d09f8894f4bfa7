# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x import`: a trajectory set or a road map becomes a bag."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from icv_v2x.tools.import_road_map import write_map
from icv_v2x.tools.import_trajectories import write
from icv_v2x.tools.terminal import say
from icv_v2x.tools.trajectories import commonroad, sumo, table

KINDS = {'commonroad': commonroad.read, 'sumo-fcd': sumo.read, 'csv': table.read}
"""Kind of source to its reader."""
ROAD_MAP = 'map'
"""Kind of source that holds no traffic but a road map."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'kind', metavar='KIND', choices=(*KINDS, ROAD_MAP), help=', '.join((*KINDS, ROAD_MAP)))
    parser.add_argument('source', metavar='SOURCE', type=Path, help='file, may be gzip')
    parser.add_argument('bag', metavar='BAG', type=Path, help='rosbag2 directory to make')
    parser.add_argument(
        '--ego', metavar='ID', help='vehicle that becomes the ego (default: observed longest); '
        'of a map the lane that one drives, as NODE:LANE, or none (default: the longest)')
    parser.add_argument(
        '--force', action='store_true', help='replace a bag of that name')


def run(arguments: Namespace) -> int:
    """Import a trajectory set or a road map.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        SourceError: The source cannot be read, or has no such ego.
        BagError: The bag cannot be written.
    """
    if arguments.kind == ROAD_MAP:
        return _import_road_map(arguments)
    recording = KINDS[arguments.kind](arguments.source)
    for note in recording.notes:
        say(f'{arguments.source}: {note}')
    ego = recording.longest() if arguments.ego is None else recording.named(arguments.ego)
    imported = write(recording, ego, arguments.bag, replace=arguments.force)
    say(
        f'{arguments.bag}: vehicle {imported.ego} as ego for {imported.duration:.1f} s, '
        f'{imported.frames} frames of {imported.vehicles} others; '
        f'parameters in {imported.parameters}')
    return 0


def _import_road_map(arguments: Namespace) -> int:
    imported = write_map(
        arguments.source, arguments.bag, ego=arguments.ego, replace=arguments.force)
    ego = f'an ego on lane {imported.ego}' if imported.ego else 'no ego'
    say(
        f'{arguments.bag}: {imported.lanes} lanes of {imported.nodes} intersections for '
        f'{imported.duration:.1f} s, {ego}; parameters in {imported.parameters}')
    return 0
