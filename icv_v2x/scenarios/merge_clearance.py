# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The swept test of a planned way against everybody, in continuous time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.conflict import Footprint, first_contact
from icv_v2x.motion import PiecewiseMotion, constant_velocity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.merging import Profile
    from icv_v2x.scenarios.merge_scene import MergeLanes, MergeScene
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_STEP = 0.4
# Beyond this constant velocity tells nothing of traffic that follows each other [s].
_AHEAD = 5.0
_VERTICAL = 4.0


class Clearance:
    """Tests profiles of one instant.

    The lanes' own vehicles behind the ego are left to the planner's margins, as they react to
    the ego; constant velocity would drive them into it.
    """

    def __init__(
        self, lanes: MergeLanes, scene: MergeScene, tracks: Tracks, ego: EgoState,
        change_duration: float,
    ) -> None:
        """Take one instant."""
        self._lanes, self._scene, self._ego = lanes, scene, ego
        self._duration = change_duration
        behind = scene.lane.row[scene.lane.station <= 0.0]
        reach = 40.0 + _AHEAD * (abs(ego.speed) + 40.0)
        near = np.hypot(tracks.x - ego.x, tracks.y - ego.y) < reach
        near[behind] = False
        level = tracks.z - ego.z
        near &= ~(np.abs(np.where(np.isnan(level), 0.0, level)) >= _VERTICAL)
        # Whoever overlaps the ego now is the ego's own echo or nothing that planning can mend.
        self._rows = np.flatnonzero(near)
        self._others = tracks.take(self._rows)
        self._name = tracks.name

    def __call__(self, profile: Profile, change_time: float) -> str:
        """Return who is met, '' where nobody is.

        Args:
            profile: Of the ego along its lane.
            change_time: When its lane change begins [s].
        """
        others = self._others
        if not len(others):
            return ''
        end = min(change_time + self._duration, _AHEAD)
        first, when = met_first(self._own_motion(profile, change_time, end), self._ego, others)
        if first < 0:
            return ''
        return f'contact with {self._name(int(self._rows[first]))} in {when:.1f} s'

    def _own_motion(self, profile: Profile, change_time: float, end: float) -> PiecewiseMotion:
        count = max(int(np.ceil(end / _STEP)), 1)
        time = np.linspace(0.0, end, count + 1)
        way, _, _ = profile.at(time)
        station = self._scene.station + way
        own = np.stack(self._lanes.own.at(station))
        across, _, _ = self._lanes.target.project(own[0], own[1])
        target = np.stack(self._lanes.target.at(across))
        share = np.clip((time - change_time) / self._duration, 0.0, 1.0)
        share = share * share * (3.0 - 2.0 * share)
        place: NDArray[np.float64] = own + share * (target - own)
        # The ego is not quite on its centre line.
        place += np.array([[self._ego.x], [self._ego.y]]) - place[:, :1]
        return planned_motion(time, place, self._ego.heading)


def planned_motion(
    time: NDArray[np.float64], place: NDArray[np.float64], heading: float,
) -> PiecewiseMotion:
    """Return the motion of one vehicle through places.

    Args:
        time: Even instants from 0 on, (k + 1,) [s].
        place: x and y at them, (2, k + 1) [m].
        heading: Where it stands still [rad].
    """
    step = np.diff(place, axis=1)
    turned = np.where(np.hypot(step[0], step[1]) > 0.05, np.arctan2(step[1], step[0]), heading)
    velocity = step / np.diff(time)
    none = np.zeros((1, step.shape[1]))
    return PiecewiseMotion(
        time[:-1], float(time[-1]), place[:1, :-1], place[1:, :-1], turned[None], velocity[:1],
        velocity[1:], none, none)


def met_first(motion: PiecewiseMotion, ego: EgoState, others: Tracks) -> tuple[int, float]:
    """Return which of the others a motion of the ego meets first and when [s].

    They keep their velocity; who overlaps the ego now is left out. -1 and NaN: nobody.
    """
    theirs = constant_velocity(
        others.x, others.y, others.heading, others.speed, horizon=motion.end_time)
    contact = first_contact(
        motion, Footprint(np.array([ego.length]), np.array([ego.width])),
        theirs, Footprint(others.length, others.width))
    met = np.flatnonzero(contact.overlaps & (contact.begin > 0.0))
    if not len(met):
        return -1, math.nan
    first = int(met[np.argmin(contact.begin[met])])
    return first, float(contact.begin[first])
