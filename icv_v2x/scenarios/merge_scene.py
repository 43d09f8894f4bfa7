# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From a merge request and the tracks to what the planner plans from: two lanes in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.merging import ComfortLimits, LaneTraffic, Own, Settings, Stretch
from icv_v2x.merging.lines import LaneLine
from icv_v2x.world.turning import indicated_side

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.inputs import MergeRequest
    from icv_v2x.parameters import Parameters
    from icv_v2x.parameters.merge_group import Merging
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Array = NDArray[np.float64]

# Half widths of lanes are kept within these, whatever the distance of two centre lines [m].
_HALF_WIDTHS = (1.4, 1.9)
# A vehicle is on a lane once it is in it by this much, or will be within this time.
_INTRUSION = 0.25
_FORESIGHT = 1.0
# Who moves towards it with the indicator on, at no less than this [m/s], within this time [s].
_ANNOUNCED = 3.0
_MOVES = 0.1
# That is told of the lanes beside, up to so many of its half widths from its centre line.
_BESIDE = 2.5
_LOOK = 450.0
# Vehicles that do not go the lane's way are no part of its row [rad].
_ALONG = 0.6


@dataclass(frozen=True)
class MergeScene:
    """One instant of a merge.

    Attributes:
        stretch: Where to merge, from the ego's centre.
        own: The ego.
        lane: Vehicles of the target lane, rows are those of the tracks.
        before: Vehicles ahead on the ego lane.
        station: Of the ego's centre on its lane [m].
        progress: How far it is across to the target lane, 0 to 1.
        lateral: From the target lane's centre line, left positive [m].
        spacing: Between both centre lines, left positive [m].
        continues: Whether the ego lane goes on behind the end.
    """

    stretch: Stretch
    own: Own
    lane: LaneTraffic
    before: LaneTraffic
    station: float
    progress: float
    lateral: float
    spacing: float
    continues: bool


class MergeLanes:
    """The two lanes of a request."""

    def __init__(self, request: MergeRequest) -> None:
        """Prepare the lines.

        Args:
            request: With both lanes.

        Raises:
            ValueError: A lane is no line, or the stretch has no length.
        """
        self.request = request
        self.own = LaneLine(request.ego_lane_x, request.ego_lane_y)
        self.target = LaneLine(request.target_lane_x, request.target_lane_y)
        if not request.begin < request.end:
            raise ValueError(
                f'begin is {request.begin} and end {request.end}, expected begin before end')
        if not request.desired_speed > 0.0:
            raise ValueError(f'desired_speed is {request.desired_speed}, expected above 0')
        middle = np.linspace(request.begin, request.end, 5)[1:4]
        _, lateral, _ = self.target.project(*self.own.at(middle))
        # Where the ego lane lies beside the target lane, left positive.
        self.spacing = float(np.median(lateral))
        self.half_width = min(max(0.5 * abs(self.spacing), _HALF_WIDTHS[0]), _HALF_WIDTHS[1])

    @property
    def continues(self) -> bool:
        """Whether the ego lane goes on behind the end."""
        return self.own.length > self.request.end + 30.0

    def scene(
        self, tracks: Tracks, ego: EgoState, approach_speed: float, yields: NDArray[np.bool_],
    ) -> MergeScene:
        """Return one instant.

        Args:
            tracks: All objects.
            ego: The ego.
            approach_speed: Limit before the stretch [m/s].
            yields: (n,) whether an object has agreed to make room.
        """
        request = self.request
        own_station, own_lateral, _ = self.own.project(ego.x, ego.y)
        station = float(own_station[0])
        # Both lanes are measured from the same line across: beside the ego, or where the stretch
        # begins while the ego is still far from the target lane.
        place = min(max(station, request.begin), request.end)
        across = self.target.project(*self.own.at(np.array([place])))[0]
        zero = float(across[0]) + station - place
        lateral = float(self.target.project(ego.x, ego.y)[1][0])
        offset = abs(float(own_lateral[0]))
        progress = offset / max(offset + abs(lateral), 0.1) if (
            abs(lateral) < 1.5 * abs(self.spacing)) else 0.0
        # Moving away from the target lane is no progress.
        if np.sign(own_lateral[0]) == np.sign(self.spacing):
            progress = 0.0
        near = np.flatnonzero(np.hypot(tracks.x - ego.x, tracks.y - ego.y) < _LOOK)
        comes = self._comes(self.target, tracks, near)
        lane = self._on(self.target, tracks, near, zero, yields, (lateral, ego.width), comes)
        left = np.zeros(len(tracks), np.bool_)
        left[near] = True
        left[lane.row] = False
        # Who has only begun to leave the ego lane is still before the ego.
        left[near[comes]] = True
        others = np.flatnonzero(left)
        before = self._on(
            self.own, tracks, others, station, yields, (float(own_lateral[0]), ego.width))
        before = before.take(before.station > 0.0)
        return MergeScene(
            Stretch(
                request.begin - station, request.end - station, request.desired_speed,
                approach_speed),
            Own(max(ego.speed, 0.0), ego.acceleration, ego.length, ego.width),
            lane, before, station, progress, lateral, self.spacing, self.continues)

    def _comes(
        self, line: LaneLine, tracks: Tracks, rows: NDArray[np.intp],
    ) -> NDArray[np.bool_]:
        """Return who is about to change to a lane from one beside it, as told by the indicator."""
        shown = indicated_side(tracks.lights[rows])
        comes: NDArray[np.bool_] = shown != 0.0
        if not comes.any():
            return comes
        rows, shown = rows[comes], shown[comes]
        _, lateral, course = line.project(tracks.x[rows], tracks.y[rows])
        away = np.abs(lateral)
        rate = shown * tracks.speed[rows] * np.sin(tracks.heading[rows] - course)
        reach = self.half_width + 0.5 * tracks.width[rows] - _INTRUSION
        comes[comes] = (
            (shown == -np.sign(lateral)) & (rate > _MOVES) & (away - _ANNOUNCED * rate < reach)
            & (away < _BESIDE * self.half_width) & (away >= reach))
        return comes

    def _on(
        self, line: LaneLine, tracks: Tracks, rows: NDArray[np.intp], zero: float,
        yields: NDArray[np.bool_], ego: tuple[float, float],
        comes: NDArray[np.bool_] | None = None,
    ) -> LaneTraffic:
        """Return the vehicles on a lane, the foremost first.

        Args:
            line: The lane.
            tracks: All objects.
            rows: Of the objects that are looked at.
            zero: Station from which theirs count [m].
            yields: Who has agreed to make room.
            ego: How far the ego is from the lane's centre line, left positive, and its width [m].
            comes: Which of them come to the lane soon and count as well, as do those that drift
                into it; None: only who is on it counts.
        """
        ego_lateral, width = ego
        if not len(rows):
            none, nobody = np.empty(0), np.empty(0, np.bool_)
            return LaneTraffic(
                none, none, none, none, none, np.empty(0, np.intp), nobody, none, nobody)
        x, y, heading = tracks.x[rows], tracks.y[rows], tracks.heading[rows]
        station, lateral, course = line.project(x, y)
        turn = np.arctan2(np.sin(heading - course), np.cos(heading - course))
        speed = tracks.speed[rows]
        reach = self.half_width + 0.5 * tracks.width[rows] - _INTRUSION
        on = np.abs(lateral) < reach
        if comes is not None:
            # Whoever drifts in at more than noise will be there when the ego is.
            drift = np.where(np.abs(turn) > 0.02, speed * np.sin(turn), 0.0)
            later = lateral + _FORESIGHT * drift
            on |= (np.abs(later) < reach) & (np.abs(lateral) < _BESIDE * self.half_width)
            on |= comes
        on &= (np.abs(turn) < _ALONG) | (speed < 1.0)
        on &= station < line.length + 50.0
        found = rows[on]
        cosine, sine = np.cos(course[on]), np.sin(course[on])
        variance = (
            cosine ** 2 * tracks.variance_xx[found] + sine ** 2 * tracks.variance_yy[found]
            + 2.0 * cosine * sine * tracks.variance_xy[found])
        return LaneTraffic(
            station[on] - zero, speed[on] * np.cos(turn[on]), tracks.acceleration[found],
            tracks.length[found], np.sqrt(np.maximum(variance, 0.0)), found,
            yields[found],
            np.abs(lateral[on] - ego_lateral) - 0.5 * (tracks.width[found] + width),
            np.zeros(len(found), np.bool_) if comes is None else comes[on]).ordered()


def limits_of(merging: Merging) -> ComfortLimits:
    """Return the limits of comfort by the parameters."""
    return ComfortLimits(
        merging.slow_speed, merging.fast_speed,
        (merging.acceleration_slow, merging.acceleration_fast),
        (merging.braking_slow, merging.braking_fast),
        (merging.jerk_slow, merging.jerk_fast))


def settings_of(parameters: Parameters) -> Settings:
    """Return the planner's settings by the parameters."""
    merging = parameters.merging
    return Settings(
        limits=limits_of(merging),
        change_duration=merging.change_duration, headway=merging.headway,
        entry_headway=merging.entry_headway, spacious_headway=merging.spacious_headway,
        asked_most=merging.asked_most, yield_most=merging.yield_most,
        weight_follower=merging.weight_follower, weight_own=merging.weight_own,
        weight_margin=merging.weight_margin, weight_comfort=merging.weight_comfort,
        weight_opening=merging.weight_opening, switch=merging.switch,
        beyond=merging.beyond, sigmas=merging.sigmas,
        end_margin=merging.end_margin, decide_ahead=merging.decide_ahead,
        passing=merging.passing, suggestion_worth=merging.suggestion_worth,
        cooperates=merging.cooperation)
