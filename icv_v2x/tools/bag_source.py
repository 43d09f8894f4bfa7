# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The bag that a command works on, and the parameters that hold for it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from icv_v2x.interchange.topics import OBU_FRAMES, ODOMETRY, READ_TOPICS
from icv_v2x.parameters import ParameterError, load
from icv_v2x.parameters.profiles import profile_file
from icv_v2x.tools.terminal import say

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from icv_v2x.interchange import BagReader
    from icv_v2x.parameters import Parameters


def add_bag_argument(parser: ArgumentParser) -> None:
    """Declare the bag.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path,
        help='rosbag2 directory (mcap or sqlite3) or .mcap file')


def add_parameter_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments that say which parameters hold.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        '--params', metavar='FILE', type=Path,
        help='ROS 2 parameter file (default: BAG.params.yaml)')
    parser.add_argument(
        '--profile', metavar='NAME',
        help='vehicle profile, or the path of one; goes before BAG.params.yaml, but not before '
             'what --params sets')


def parameters_of(bag: Path, given: Path | None, profile: str | None = None) -> Parameters:
    """Return the parameters that hold for a bag.

    Args:
        bag: Path of the bag.
        given: The parameter file that the user named.
        profile: Name or path of a vehicle profile.

    Raises:
        ParameterError: A file is missing or cannot be used.
    """
    own = parameter_file(bag, given)
    if profile is None:
        loaded = load(own)
    else:
        chosen = profile_file(profile)
        files = (own, chosen) if given is None else (chosen, own)
        loaded = load(*files, profile=chosen.stem)
    # A replay is acted on by nobody: it tells what shadow mode withholds.
    return dataclasses.replace(loaded, shadow=False)


def parameter_file(bag: Path, given: Path | None) -> Path:
    """Return the parameter file of a bag.

    Args:
        bag: Path of the bag.
        given: What the user named.

    Returns:
        That file, or the one beside the bag.

    Raises:
        ParameterError: None named and none beside it.
    """
    if given is not None:
        return given
    plain = Path(str(bag).rstrip('/'))
    candidates = [plain.with_name(plain.name + '.params.yaml')]
    if plain.suffix == '.mcap':
        candidates.append(plain.with_suffix('.params.yaml'))
        if (plain.parent / 'metadata.yaml').exists():
            folder = plain.resolve().parent
            candidates.append(folder.with_name(folder.name + '.params.yaml'))
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise ParameterError(
        f'no parameter file: {candidates[0]} does not exist; name one with --params')


def state_what_is_missing(bag: BagReader) -> None:
    """Say on stderr what keeps a bag from giving advisories."""
    if not bag.message_count:
        say(f'{bag.path} is empty: it has no message at all')
    elif not bag.counts:
        say(
            f'{bag.path} has no topic that is read ({", ".join(READ_TOPICS)}); '
            f'it has {", ".join(bag.topics)}')
    else:
        if not bag.counts.get(ODOMETRY):
            say(
                f'{bag.path} has no odometry ({ODOMETRY}): without the own position there is '
                'no advisory')
        if not bag.counts.get(OBU_FRAMES):
            say(f'{bag.path} has no radio frames ({OBU_FRAMES})')
