# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x watch`: tracks, advisories and input health in the terminal, live or from a bag."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icv_v2x.advisory.types import Mode
from icv_v2x.inputs import FrameBatch
from icv_v2x.interchange import BagReader, Unreadable
from icv_v2x.interchange.playback import SECOND, play
from icv_v2x.pipeline import Pipeline
from icv_v2x.report.live_view import (
    Health,
    InputLine,
    InputMeter,
    LiveView,
    ego_text,
    track_lines,
)
from icv_v2x.tools.bag_source import add_parameter_arguments, parameters_of, state_what_is_missing
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.terminal import say
from icv_v2x.tools.watch_view import line_of, picture

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Generator, Iterator

    from icv_v2x.pipeline import Cycle

# The terminal is drawn this often [s].
_PERIOD = 0.2
_TRACKS = 200


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments of the command.

    Args:
        parser: The command's own parser.
    """
    parser.add_argument(
        'bag', metavar='BAG', type=Path, nargs='?',
        help='rosbag2 directory or .mcap file, replayed in its own time; without one the topics '
             'of the running package are watched (needs rclpy)')
    parser.add_argument(
        '--speed', metavar='X', type=float, default=1.0,
        help='how many times as fast a bag is played (default: 1)')
    parser.add_argument(
        '--namespace', metavar='NAME', default='', help='namespace of the running package')
    parser.add_argument(
        '--no-color', '--no-colour', action='store_true', dest='plain',
        help='no colours; NO_COLOR in the environment does the same')
    add_parameter_arguments(parser)


def run(arguments: Namespace) -> int:
    """Watch until the end of the bag or an interruption.

    Where stdout is no terminal, every advisory that is new or changes its level is one line.

    Args:
        arguments: What `add_arguments` declared.

    Returns:
        Exit status 0.

    Raises:
        BagError: The bag cannot be read.
        ParameterError: No parameter file for a bag, or one that cannot be used.
        SourceError: The speed is no positive number, or there is no ROS 2 to listen with.
    """
    if not (math.isfinite(arguments.speed) and arguments.speed > 0.0):
        raise SourceError(f'--speed {arguments.speed} is to be a number above 0')
    views = _of_topics(arguments.namespace) if arguments.bag is None else _of_bag(arguments)
    with contextlib.suppress(KeyboardInterrupt), _shown(plain=arguments.plain) as show, \
            contextlib.closing(views):
        for view in views:
            show(view)
    return 0


def _of_topics(namespace: str) -> Generator[LiveView, None, None]:
    try:
        # What speaks to the middleware lies with the nodes and is loaded only here.
        from icv_v2x.nodes.watcher import watch  # noqa: PLC0415
    except ImportError as error:
        raise SourceError(
            'watching topics needs rclpy and icv_v2x_msgs, which are not here '
            f'({error}); give a bag instead') from error
    return watch(namespace, _PERIOD)


def _of_bag(arguments: Namespace) -> Generator[LiveView, None, None]:
    """Yield the views of a bag in its own time."""
    parameters = parameters_of(arguments.bag, arguments.params, arguments.profile)
    pipeline, meter = Pipeline(parameters), InputMeter()
    with BagReader(arguments.bag, warn=say) as bag:
        state_what_is_missing(bag)

        def records() -> Iterator[tuple[int, Any]]:
            for log_time, topic, record in bag:
                frames = len(record.length) if isinstance(record, FrameBatch) else 1
                if not isinstance(record, Unreadable):
                    meter.count(topic, log_time / SECOND, frames)
                yield log_time, record

        begin, shown = time.monotonic(), -math.inf
        for step in play(pipeline, records(), rate=parameters.cycle.rate):
            due = begin + step.time / arguments.speed
            ahead = due - time.monotonic()
            if ahead > 0.0:
                time.sleep(ahead)
            # A computer that cannot keep up shows every second, as late as it is.
            if time.monotonic() - shown >= _PERIOD:
                shown = time.monotonic()
                yield _view(step.cycle, step.time, pipeline, meter)


def _view(cycle: Cycle, at: float, pipeline: Pipeline, meter: InputMeter) -> LiveView:
    inputs = list(meter.lines(cycle.stamp / SECOND))
    counters = pipeline.counters
    rejected = ', '.join(f'{n} {reason}' for reason, n in sorted(counters.rejected.items()))
    inputs.append(InputLine(
        'radio frames', Health.WARN if rejected else Health.GOOD,
        f'{counters.accepted} of {counters.received} used{f"; {rejected}" if rejected else ""}'))
    return LiveView(
        time=f'{at:.2f} s', mode=Mode(cycle.mode), reason=cycle.mode_reason,
        ego=ego_text(cycle.ego), advisories=tuple(cycle.advisories),
        tracks=track_lines(cycle.tracks, cycle.ego, cycle.advisories, _TRACKS),
        count=len(cycle.tracks), inputs=tuple(inputs))


@contextlib.contextmanager
def _shown(*, plain: bool) -> Iterator[Callable[[LiveView], None]]:
    """Yield what shows a view: a picture on a terminal, else lines."""
    if not sys.stdout.isatty() or os.environ.get('TERM') == 'dumb':
        yield _Lines().show
        return
    from rich.console import Console  # noqa: PLC0415 - not worth its time where nobody looks
    from rich.live import Live  # noqa: PLC0415

    console = Console(no_color=True if plain else None, highlight=False)
    with Live(console=console, screen=True, auto_refresh=False, transient=True) as live:

        def show(view: LiveView) -> None:
            live.update(picture(view, console.width, console.height), refresh=True)

        yield show


class _Lines:
    """Prints an advisory when it is new or changes its level, and every change of the mode."""

    def __init__(self) -> None:
        self._levels: dict[tuple[int, tuple[str, ...]], int] = {}
        self._mode: Mode | None = None

    def show(self, view: LiveView) -> None:
        """Print what is new in a view."""
        if view.mode is not None and view.mode != self._mode:
            self._mode = view.mode
            reason = f': {view.reason}' if view.reason else ''
            print(f'{view.time} mode {view.mode.name}{reason}', flush=True)
        levels: dict[tuple[int, tuple[str, ...]], int] = {}
        for advisory in view.advisories:
            key = (int(advisory.application), advisory.subject_ids)
            levels[key] = int(advisory.level)
            if self._levels.get(key) != levels[key]:
                print(line_of(view.time, advisory), flush=True)
        self._levels = levels
