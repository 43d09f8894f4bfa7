# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The ways that objects on lanes are going to take: along the middle, as far as it is sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.roads.model import NEXT
from icv_v2x.translate.lanes import NOT_GIVEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads.matching import LaneMatches
    from icv_v2x.roads.model import RoadModel
    from icv_v2x.translate.lanes import Floats, Rows

POINTS = 24
"""Points of a course."""

# Who is surely on a lane and drives along it follows it [rad].
_PROBABILITY = 0.8
_ALONG = np.radians(20.0)


@dataclass(frozen=True)
class LaneCourses:
    """Courses of n objects, as `motion.path_following` takes them.

    Attributes:
        follows: (n,) whether the object follows a lane; the other rows hold no course.
        x: (n, POINTS) [m], the first point is where the object is.
        y: (n, POINTS) [m].
    """

    follows: NDArray[np.bool_]
    x: Floats
    y: Floats


def lane_courses(
    model: RoadModel, matches: LaneMatches, x: Floats, y: Floats, distance: Floats
) -> LaneCourses:
    """Return where objects go that keep their lanes and their place in them.

    A course leads over the end of a lane into the next one only where there is no choice;
    otherwise it goes straight on there, as nothing tells where the object turns.

    Args:
        model: The road.
        matches: Of the n objects.
        x: (n,) [m].
        y: (n,) [m].
        distance: (n,) how far the courses lead [m].
    """
    follows = matches.matched & (_sure(model, matches) >= _PROBABILITY)
    follows &= ~(np.abs(matches.turned) > _ALONG)
    follows &= np.abs(matches.offset) <= 0.5 * _of(model.lanes.width, matches.lane)
    courses = LaneCourses(
        follows, np.full((len(x), POINTS), np.nan), np.full((len(x), POINTS), np.nan))
    rows = np.flatnonzero(follows)
    if not len(rows):
        return courses
    ahead = np.linspace(0.0, 1.0, POINTS) * np.maximum(distance[rows], 0.0)[:, np.newaxis]
    lane = np.repeat(matches.lane[rows, np.newaxis], POINTS, axis=1)
    station = matches.station[rows, np.newaxis] + ahead
    _hop(model, lane, station)
    _hop(model, lane, station)
    east, north, heading = _places(model, lane, station)
    aside = matches.offset[rows, np.newaxis]
    courses.x[rows] = east - aside * np.sin(heading)
    courses.y[rows] = north + aside * np.cos(heading)
    courses.x[rows, 0], courses.y[rows, 0] = x[rows], y[rows]
    return courses


def _sure(model: RoadModel, matches: LaneMatches) -> Floats:
    """Return how sure lanes are together with those before and behind them, (n,)."""
    lane, others = np.maximum(matches.lane, 0)[:, np.newaxis], np.maximum(matches.candidates, 0)
    row = (model.relation[lane, others] == NEXT) | (model.relation[others, lane] == NEXT)
    row &= matches.candidates >= 0
    return np.asarray(
        matches.probability + np.sum(matches.candidate_probability * row, axis=1))


def _of(values: Floats, lane: Rows) -> Floats:
    if not len(values):
        return np.zeros(len(lane))
    return np.asarray(values[np.maximum(lane, 0)])


def _hop(model: RoadModel, lane: Rows, station: Floats) -> None:
    """Move places beyond the end of a lane to the only lane that follows, in place.

    What lies between both ends is measured from the begin of the next lane backwards.
    """
    first = model.first_connection
    only = np.full(len(model), NOT_GIVEN, np.int64)
    way = np.zeros(len(model), np.int64)
    single = np.diff(first) == 1
    way[single] = first[:-1][single]
    only[single] = model.target[way[single]]
    beyond = station > model.length[lane]
    beyond &= only[lane] >= 0
    gone = station - model.length[lane] - (
        model.connection_length[way[lane]] if len(model.target) else 0.0)
    station[beyond] = gone[beyond]
    lane[beyond] = only[lane][beyond]


def _places(model: RoadModel, lane: Rows, station: Floats) -> tuple[Floats, Floats, Floats]:
    """Return points on lanes and the directions there; beyond their ends lines go straight on."""
    lanes = model.lanes
    # All lanes one after the other on one scale, a metre apart.
    base = np.concatenate([[0.0], np.cumsum(model.length[:-1] + 1.0)])
    scale = model.station + np.repeat(base, np.diff(lanes.begin))
    inside = base[lane] + np.clip(station, 0.0, model.length[lane])
    side = np.searchsorted(scale, inside, side='right') - 1
    side = np.clip(side, lanes.begin[lane], lanes.begin[lane + 1] - 2)
    east, north = lanes.x[side + 1] - lanes.x[side], lanes.y[side + 1] - lanes.y[side]
    heading = np.arctan2(north, east)
    rest = station - model.station[side]
    return (
        lanes.x[side] + rest * np.cos(heading), lanes.y[side] + rest * np.sin(heading), heading)
