# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What truly happens in a scene: the separation of footprints, told without the project's core."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from icv_v2x.scenes.manoeuvres import States
    from icv_v2x.scenes.scene import Scene

    Array = NDArray[np.float64]

STEP = 0.001
"""Spacing of the instants that are looked at [s]; a contact shorter than this may be missed."""

_HEIGHT_APART = 4.0


@dataclass(frozen=True)
class Encounter:
    """How close the ego and one actor truly come.

    Attributes:
        first_overlap: [s] time of the first overlap of the footprints, NaN: none.
        minimum_distance: [m] smallest separation while both are there, 0 with an overlap.
        minimum_time: [s] when it is reached first.
    """

    first_overlap: float
    minimum_distance: float
    minimum_time: float


def separation(scene: Scene, name: str, time: Array) -> Array:
    """Return the distance between the footprints of the ego and of an actor.

    Args:
        scene: The scene.
        name: The actor.
        time: (n,) [s].

    Returns:
        (n,) [m] exact distance of the rectangles in plan view, 0 where they overlap; infinite
        where the actor is not there or drives 4 m or more above or below.
    """
    ego, other = scene.the_ego, scene.actors[name]
    mine, theirs = scene.states('ego', time), scene.states(name, time)
    distance = rectangle_distance(
        mine, (ego.size.length, ego.size.width), theirs, (other.size.length, other.size.width))
    apart = ~scene.present(name, time) | (np.abs(mine.z - theirs.z) >= _HEIGHT_APART)
    return np.where(apart, math.inf, distance)


def encounter(
    scene: Scene, name: str, *, begin: float = 0.0, until: float | None = None,
) -> Encounter:
    """Return how close the ego and an actor come within a stretch of the scene.

    Args:
        scene: The scene.
        name: The actor.
        begin: [s].
        until: [s], None: the end of the scene.

    Returns:
        The encounter, its times exact to a microsecond for a contact longer than `STEP`.
    """
    end = scene.duration if until is None else until
    times = np.linspace(begin, end, max(2, round((end - begin) / STEP) + 1))
    distance = separation(scene, name, times)
    nearest = int(np.argmin(distance))
    contact = np.flatnonzero(distance <= 0.0)
    first = math.nan
    if len(contact):
        index = int(contact[0])
        first = float(times[index])
        if index:
            first = _bisect(scene, name, float(times[index - 1]), first)
    return Encounter(first, float(distance[nearest]), float(times[nearest]))


def rectangle_distance(
    first: States, first_size: tuple[float, float],
    second: States, second_size: tuple[float, float],
) -> Array:
    """Return the distance between two moving rectangles at the same instants.

    Of two convex polygons that do not overlap, a corner of one is nearest to the other.

    Args:
        first: n states.
        first_size: Length and width [m].
        second: n states.
        second_size: Length and width [m].

    Returns:
        (n,) [m], 0 where they overlap.
    """
    towards, gap_second = _corners_from(second, second_size, first, first_size)
    backwards, gap_first = _corners_from(first, first_size, second, second_size)
    overlap = ~(gap_first | gap_second)
    return np.where(overlap, 0.0, np.minimum(towards, backwards))


def _corners_from(
    box: States, box_size: tuple[float, float], other: States, other_size: tuple[float, float],
) -> tuple[Array, NDArray[np.bool_]]:
    """Return the least corner distance to `box`, and whether an axis of `box` separates them."""
    signs = np.array([(1, 1), (1, -1), (-1, -1), (-1, 1)], np.float64)
    turn = other.heading - box.heading
    cosine, sine = np.cos(box.heading), np.sin(box.heading)
    east, north = other.x - box.x, other.y - box.y
    middle_x, middle_y = east * cosine + north * sine, north * cosine - east * sine
    half_x, half_y = signs[:, :1] * 0.5 * other_size[0], signs[:, 1:] * 0.5 * other_size[1]
    corner_x = middle_x + half_x * np.cos(turn) - half_y * np.sin(turn)
    corner_y = middle_y + half_x * np.sin(turn) + half_y * np.cos(turn)
    length, width = 0.5 * box_size[0], 0.5 * box_size[1]
    outside = np.hypot(
        np.maximum(np.abs(corner_x) - length, 0.0), np.maximum(np.abs(corner_y) - width, 0.0))
    separated = (
        (corner_x.min(axis=0) > length) | (corner_x.max(axis=0) < -length)
        | (corner_y.min(axis=0) > width) | (corner_y.max(axis=0) < -width))
    return outside.min(axis=0), separated


def _bisect(scene: Scene, name: str, apart: float, together: float) -> float:
    while together - apart > 1e-6:
        middle = 0.5 * (apart + together)
        if separation(scene, name, np.array([middle]))[0] > 0.0:
            apart = middle
        else:
            together = middle
    return together
