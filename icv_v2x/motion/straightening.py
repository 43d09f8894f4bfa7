# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Turns that end: motion that goes straight on from some moment."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from icv_v2x.motion.pieces import PiecewiseMotion, piece_at


def straight_after(motion: PiecewiseMotion, time: npt.ArrayLike) -> PiecewiseMotion:
    """Return the same motion without turning any more from a time on.

    Args:
        motion: Motion of n objects in pieces of constant velocity on one grid of times, as
            `constant_turn_rate` gives it.
        time: When each object has turned, (n,) [s]; inf: never.

    Returns:
        The motion; from the piece in force at the time on, direction and heading stay, and the
        speed is that of the given motion.

    Raises:
        ValueError: The pieces are accelerated, or each object has a grid of its own.
    """
    if motion.accelerated or motion.start_time.ndim != 1:
        raise ValueError('straight_after takes pieces of constant velocity on one grid of times')
    ends = np.broadcast_to(np.asarray(time, dtype=np.float64), (len(motion),))
    last = piece_at(motion, np.clip(ends, motion.start_time[0], motion.end_time))
    number = np.arange(motion.pieces)
    straight = (number > last[:, np.newaxis]) & (ends < motion.end_time)[:, np.newaxis]
    if not straight.any():
        return motion
    rows = np.arange(len(motion))
    speed = np.hypot(motion.velocity_x, motion.velocity_y)
    moves = np.maximum(speed[rows, last], np.finfo(np.float64).tiny)[:, np.newaxis]
    columns: dict[str, Any] = {}
    step = motion.durations[:-1]
    for place, velocity in (('x', 'velocity_x'), ('y', 'velocity_y')):
        before = getattr(motion, velocity)
        direction = before[rows, last][:, np.newaxis] / moves
        after = np.where(straight, speed * direction, before)
        columns[velocity] = after
        begin = getattr(motion, place)[:, :1]
        columns[place] = begin + np.concatenate(
            [np.zeros_like(begin), np.cumsum(after[:, :-1] * step, axis=1)], axis=1
        )
    heading = motion.heading[rows, last][:, np.newaxis]
    columns['heading'] = np.where(straight, heading, motion.heading)
    return dataclasses.replace(motion, **columns)
