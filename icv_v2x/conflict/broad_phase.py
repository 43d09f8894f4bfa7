# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Broad phase: which objects could come near at all, before anything costly is done for them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from icv_v2x.conflict.footprint import Footprint
from icv_v2x.motion.models import arc_displacement
from icv_v2x.motion.pieces import BoolArray, FloatArray, PiecewiseMotion
from icv_v2x.motion.profile import standstill_time


@dataclasses.dataclass(frozen=True)
class WayCircles:
    """Circles that hold the whole ways of n objects, known before their motion is built.

    Attributes:
        x: Centre, east, (n,) [m].
        y: Centre, north, (n,) [m].
        radius: Radius, (n,) [m].
    """

    x: FloatArray
    y: FloatArray
    radius: FloatArray


def way_circles(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    course: npt.ArrayLike,
    speed: npt.ArrayLike,
    horizon: float,
    *,
    acceleration: npt.ArrayLike = 0.0,
    yaw_rate: npt.ArrayLike = 0.0,
) -> WayCircles:
    """Return circles about the ways that the prediction models give from present states.

    A way lies within half its length about the point in its middle.

    Args:
        x: Position, east, (n,) [m].
        y: Position, north, (n,) [m].
        course: Direction of the velocity, (n,) [rad].
        speed: Speed along the course, (n,) [m/s].
        horizon: End of the motion [s].
        acceleration: Acceleration along the course, (n,) [m/s2]; NaN counts as 0.
        yaw_rate: Turn rate, (n,) [rad/s]; NaN counts as 0.
    """
    states = [np.asarray(value, dtype=np.float64) for value in (x, y, course, speed)]
    east, north, direction, pace = states
    change, turn = (np.asarray(value, dtype=np.float64) for value in (acceleration, yaw_rate))
    if change.ndim or turn.ndim or change or turn:
        change, turn = (np.where(np.isnan(value), 0.0, value) for value in (change, turn))
    if not change.any() and not turn.any():
        half_way = 0.5 * horizon * pace
        return WayCircles(
            east + half_way * np.cos(direction),
            north + half_way * np.sin(direction),
            np.abs(half_way),
        )
    driven = standstill_time(pace, change, np.asarray(horizon))
    way = driven * (pace + 0.5 * driven * change)
    # When half the way is made: v t + a t**2 / 2 = way / 2, in the form without cancellation.
    divisor = np.abs(pace) + np.sqrt(np.maximum(pace * pace + change * way, 0.0))
    moves = divisor > 0.0
    half_time = np.where(moves, np.abs(way) / np.where(moves, divisor, 1.0), 0.0)
    ahead_x, ahead_y = arc_displacement(direction, pace, change, turn, half_time)
    return WayCircles(east + ahead_x, north + ahead_y, 0.5 * np.abs(way))


def near_the_way(
    ego_motion: PiecewiseMotion,
    ego_footprint: Footprint,
    circles: WayCircles,
    footprints: Footprint,
    within: float = 0.0,
) -> BoolArray:
    """Tell which objects could come near the way of the ego, by circles against its box.

    Args:
        ego_motion: Motion of the ego, one object.
        ego_footprint: Its size, (1,).
        circles: Circles about the ways of n objects.
        footprints: Their sizes, (n,) or (1,).
        within: Distance of the outlines up to which it matters [m].

    Returns:
        Whether they could, (n,); never False for an object whose swept path comes that near.
    """
    # The box lies along the ego's present heading, so that a narrow way makes a narrow box.
    heading = float(ego_motion.heading[0, 0])
    cosine, sine = math.cos(heading), math.sin(heading)
    reach = circles.radius + footprints.radius + ego_footprint.radius + within
    lower_x, upper_x = _bounds_of_one(ego_motion, cosine, sine)
    lower_y, upper_y = _bounds_of_one(ego_motion, -sine, cosine)
    along = circles.x * cosine + circles.y * sine
    across = circles.y * cosine - circles.x * sine
    away_x = along - np.minimum(np.maximum(along, lower_x), upper_x)
    away_y = across - np.minimum(np.maximum(across, lower_y), upper_y)
    near: BoolArray = away_x * away_x + away_y * away_y <= reach * reach
    return near


def may_meet(first: PiecewiseMotion, second: PiecewiseMotion, reach: FloatArray) -> BoolArray:
    """Tell which pairs of objects could come near, by upright boxes about their whole ways.

    Args:
        first: Motion of n objects or of one.
        second: Motion of n objects or of one.
        reach: Distance of the centres from which on it matters, (n,) or (1,) [m].

    Returns:
        Whether the boxes come that near, (n,) or (1,); never False for a pair that meets.
    """
    near = np.ones(1, dtype=np.bool_)
    for east, north in ((1.0, 0.0), (0.0, 1.0)):
        lower_1, upper_1 = way_bounds(first, east, north)
        lower_2, upper_2 = way_bounds(second, east, north)
        near = near & (lower_1 - upper_2 < reach) & (lower_2 - upper_1 < reach)
    return near


def way_bounds(
    motion: PiecewiseMotion, east: float, north: float
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest coordinate of the centres over the whole motion.

    Args:
        motion: Motion of n objects.
        east: East component of the coordinate's direction.
        north: North component of the coordinate's direction.

    Returns:
        Bounds of the coordinate, (n,) each [m].
    """
    duration = motion.durations
    place = _component(motion.x, motion.y, east, north)
    rate = _component(motion.velocity_x, motion.velocity_y, east, north)
    last = duration[..., -1]
    if not motion.accelerated:
        final = place[:, -1] + last * rate[:, -1]
        if motion.pieces == 1:
            return np.minimum(place[:, 0], final), np.maximum(place[:, 0], final)
        return np.minimum(place.min(axis=1), final), np.maximum(place.max(axis=1), final)
    change = _component(motion.acceleration_x, motion.acceleration_y, east, north)
    # A way lies in the hull of its two ends and of the point where their tangents meet.
    tangent = place + 0.5 * duration * rate
    final = place[:, -1] + last * (rate[:, -1] + 0.5 * last * change[:, -1])
    lower = np.minimum(np.minimum(place, tangent).min(axis=1), final)
    return lower, np.maximum(np.maximum(place, tangent).max(axis=1), final)


def _bounds_of_one(
    motion: PiecewiseMotion, east: float, north: float
) -> tuple[FloatArray | float, FloatArray | float]:
    """Return `way_bounds` of one object, without arrays where it moves uniformly."""
    if motion.pieces > 1 or motion.accelerated:
        return way_bounds(motion, east, north)
    place = motion.x.item() * east + motion.y.item() * north
    way = motion.durations.item() * (
        motion.velocity_x.item() * east + motion.velocity_y.item() * north)
    return min(place, place + way), max(place, place + way)


def _component(x: FloatArray, y: FloatArray, east: float, north: float) -> FloatArray:
    """Return the component of vectors along a direction."""
    if north == 0.0 and east == 1.0:
        return x
    if east == 0.0 and north == 1.0:
        return y
    return x * east + y * north
