# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The options that say how inputs are degraded, the same for every command that does it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from icv_v2x.faults import (
    Burst,
    Delay,
    Deviations,
    Duplicate,
    Jitter,
    Loss,
    OdometryError,
    Reorder,
    ReportError,
)
from icv_v2x.tools.errors import SourceError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from icv_v2x.faults import Operator

_OPTIONS = (
    ('--noise', 'M', "error of every sender's position per axis, 1 sigma [m], new every message"),
    ('--bias', 'M', 'the same, correlated over 30 s'),
    ('--speed-noise', 'V', "error of every sender's speed, 1 sigma [m/s]"),
    ('--heading-noise', 'DEG', "error of every sender's heading, 1 sigma [deg]"),
    ('--ego-noise', 'M', "error of the ego's own position per axis, 1 sigma [m], every pose"),
    ('--ego-bias', 'M', 'the same, correlated over 30 s'),
    ('--loss', 'P', 'share of frames that is lost, 0 to 1'),
    ('--duplicate', 'P', 'share of frames that comes twice'),
    ('--reorder', 'P', 'share of frames that the next one of its sender overtakes'),
    ('--delay', 'S', 'time by which every frame is late [s]'),
    ('--jitter', 'S', 'greatest additional lateness, evenly distributed [s]'),
)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options.

    Args:
        parser: Of the command.
    """
    group = parser.add_argument_group('what happens to the inputs, in this order')
    for option, metavar, text in _OPTIONS:
        group.add_argument(option, metavar=metavar, type=float, default=0.0, help=text)
    group.add_argument(
        '--outage', metavar='S', nargs=2, type=float,
        help='mean interval and duration of outages of each sender [s]')


def operators(arguments: Namespace) -> tuple[Operator, ...]:
    """Return what the options ask for, in the order in which it strikes.

    Args:
        arguments: With what `add_arguments` declared.

    Raises:
        SourceError: A value is out of its range.
    """
    try:
        return tuple(_operators(arguments))
    except ValueError as error:
        raise SourceError(str(error)) from error


def _operators(arguments: Namespace) -> list[Operator]:
    made: list[Operator] = []
    reports = Deviations(
        position=arguments.noise, bias=arguments.bias, speed=arguments.speed_noise,
        heading=math.radians(arguments.heading_noise))
    if reports != Deviations():
        made.append(ReportError(reports))
    ego = Deviations(position=arguments.ego_noise, bias=arguments.ego_bias)
    if ego != Deviations():
        made.append(OdometryError(ego))
    if arguments.loss:
        made.append(Loss(arguments.loss))
    if arguments.outage is not None:
        made.append(Burst(*arguments.outage))
    if arguments.duplicate:
        made.append(Duplicate(arguments.duplicate))
    if arguments.reorder:
        made.append(Reorder(arguments.reorder))
    if arguments.delay:
        made.append(Delay(arguments.delay))
    if arguments.jitter:
        made.append(Jitter(arguments.jitter))
    return made
