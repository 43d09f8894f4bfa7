# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x inspect`: a table of what a bag or a topic holds, and of what is wrong with it."""

from __future__ import annotations

import math
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange import BagReader, Unreadable
from icv_v2x.interchange.topics import OBU_FRAMES
from icv_v2x.tools.bag_contents import BagContents
from icv_v2x.tools.contents_text import lines
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.inspect_topic import inspect_topic
from icv_v2x.tools.terminal import progress, say


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path, nargs='?',
        help='rosbag2 directory (mcap or sqlite3) or .mcap file')
    parser.add_argument(
        '--topic', metavar='NAME',
        help='listen to a topic of radio frames such as /obu/rx instead (needs rclpy)')
    parser.add_argument(
        '--duration', metavar='S', type=float, default=math.inf,
        help='how long to listen to the topic [s] (default: until interrupted)')
    parser.add_argument(
        '--senders', metavar='N', type=int, default=20,
        help='how many senders to list, the most talkative first (default: %(default)s)')


def run(arguments: Namespace) -> int:
    """Print the table.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        SourceError: Not one of bag and topic is given, or there is no ROS 2 to listen with.
    """
    if (arguments.bag is None) == (arguments.topic is None):
        raise SourceError('give a bag or --topic, one of them')
    if arguments.topic is not None:
        inspect_topic(arguments.topic, arguments.duration, arguments.senders)
        return 0
    with BagReader(arguments.bag, warn=say) as bag:
        contents = contents_of(bag)
        head = (f'{bag.path}: {bag.duration:.1f} s, {bag.message_count} messages; '
                f'{contents.frames} radio frames in {contents.batches} batches')
    sys.stdout.write(head + '\n')
    sys.stdout.writelines(f'{line}\n' for line in lines(contents, senders=arguments.senders))
    return 0


def contents_of(bag: BagReader) -> BagContents:
    """Read an open bag to its end.

    Args:
        bag: The bag.

    Returns:
        The figures.

    Raises:
        BagError: The bag is damaged within.
    """
    contents = BagContents()
    with progress(f'inspecting {bag.path}', sum(bag.counts.values())) as advance:
        for _, topic, record in bag:
            if isinstance(record, FrameBatch):
                contents.add(record)
            elif isinstance(record, Unreadable) and topic == OBU_FRAMES:
                contents.lose(record.frames, record.reason, record.detail)
            advance()
    contents.finish()
    return contents
