# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of a merge: the gap that was chosen, and the plan along the own lane."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.drawing.palette import GREEN, ORANGE, WHITE, Colour
from icv_v2x.drawing.shapes import Kind, Shape, lifted
from icv_v2x.merging import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icv_v2x.advisory.merge_plan import MergePlan
    from icv_v2x.drawing.picture import Picture
    from icv_v2x.inputs import MergeRequest
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# The plan is dotted once a second.
_DOTS = 1.0


def merging_shapes(picture: Picture) -> Iterator[Shape]:
    """Yield the chosen gap, the plan, and where a stop before the end would begin."""
    plan, ego = picture.plan, picture.ego
    if plan is None or ego is None or plan.state == State.NONE:
        return
    colour = GREEN if plan.state in (State.MERGE, State.COMPLETE) else ORANGE
    place = np.array([[ego.x, ego.y, np.nan_to_num(ego.z) + 2.8]])
    yield Shape(
        'merging', 'state', Kind.TEXT, place, (0.0, 0.0, 0.8), WHITE, text=_text(plan))
    if picture.tracks is not None and plan.chosen >= 0:
        gap = _gap(plan, picture.tracks, ego)
        if gap is not None:
            yield Shape('merging', 'gap', Kind.LINE, gap, (0.6, 0.0, 0.0), colour)
    if picture.request is not None:
        yield from _way(plan, picture.request, ego, colour)


def _text(plan: MergePlan) -> str:
    time = plan.change_time
    return f'{plan.state.name} in {time:.1f} s' if math.isfinite(time) else plan.state.name


def _gap(plan: MergePlan, tracks: Tracks, ego: EgoState) -> NDArray[np.float64] | None:
    """Return the line from the follower's front to the leader's rear, None without any of both."""
    names = {tracks.name(row): row for row in range(len(tracks))}
    ends = []
    for name, side in (
        (plan.gap_follower[plan.chosen], 1.0), (plan.gap_leader[plan.chosen], -1.0),
    ):
        row = names.get(name)
        if row is not None:
            half = 0.5 * side * float(tracks.length[row])
            heading = float(np.nan_to_num(tracks.heading[row]))
            ends.append([
                tracks.x[row] + half * math.cos(heading), tracks.y[row] + half * math.sin(heading),
                np.nan_to_num(tracks.z[row]) + 0.2])
    if not ends:
        return None
    if len(ends) == 1:
        # A gap that is open on one side is told by the one vehicle and the ego.
        ends.append([ego.x, ego.y, float(np.nan_to_num(ego.z)) + 0.2])
    return np.array(ends, np.float64)


def _way(
    plan: MergePlan, request: MergeRequest, ego: EgoState, colour: Colour,
) -> Iterator[Shape]:
    x, y = request.ego_lane_x, request.ego_lane_y
    if len(x) < 2:
        return
    station = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    here = station[np.argmin(np.hypot(x - ego.x, y - ego.y))]
    height = float(np.nan_to_num(ego.z)) + 0.2

    def along(distance: NDArray[np.float64]) -> NDArray[np.float64]:
        at = here + distance
        return lifted(np.interp(at, station, x), np.interp(at, station, y), height)

    if len(plan.time):
        times = np.arange(0.0, float(plan.time[-1]) + 1e-6, _DOTS)
        yield Shape(
            'merging', 'plan', Kind.DOTS,
            along(np.interp(times, plan.time, plan.distance)), (0.7, 0.7, 0.7), colour)
    if math.isfinite(plan.stop_distance):
        yield Shape(
            'merging', 'stop', Kind.DISC, along(np.array([plan.stop_distance])),
            (2.0, 0.0, 0.1), ORANGE)
