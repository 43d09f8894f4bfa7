# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The vehicles of one lane in a row, and where a car-following model takes them."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

# Gap at standstill, following time, the braking that drivers count on and how fast they adapt:
# the middle of the ranges that Treiber and Kesting (Traffic Flow Dynamics, 2013) give.
STANDSTILL_GAP = 2.5
_STANDSTILL_SHARE = 0.1
_FOLLOWING_TIME = 1.0
_COUNTED_BRAKING = 4.0
ADAPTATION = 1.2
RELAXED_ADAPTATION = 1.8
"""The same where somebody has to be let in: short time gaps are borne for a while (Schakel, Knoop
and van Arem, Integrated Lane Change Model with Relaxation and Synchronization, 2012) [s]."""
_STRONGEST = 4.5
_LIVELIEST = 1.5
# Whoever stands is taken to move on at this [m/s].
_SLOWEST = 1.0
# Who brakes or accelerates with more than this [m/s2] is on the way to the speed that this share
# of the lane does not exceed, with this acceleration [m/s2].
_UNSTEADY = 0.3
_FLOW = 0.75
_RECOVERY = 1.0
# A measured acceleration is expected to last this long [s].
_LASTING = 0.3
MAKES_ROOM = 1.0
"""Drivers make room for somebody with this braking [m/s2]."""
# Who is asked to does so until it is slower by this than whoever asked [m/s].
_SLOWER = 1.5


@dataclasses.dataclass(frozen=True)
class LaneTraffic:
    """n vehicles on one lane, the foremost first.

    Attributes:
        station: Centre along the lane, 0 beside the ego, ahead positive, (n,) [m].
        speed: (n,) [m/s].
        acceleration: (n,) [m/s2], NaN where unknown.
        length: (n,) [m].
        deviation: 1 sigma of the station, (n,) [m].
        row: What the caller knows each by, (n,).
        yields: Whether the vehicle has agreed to make room, (n,).
        aside: Room to the side between it and the ego where that is now, negative where they
            would overlap, (n,) [m].
        comes: Whether it is still on a lane beside and shows that it comes over, (n,).
    """

    station: FloatArray
    speed: FloatArray
    acceleration: FloatArray
    length: FloatArray
    deviation: FloatArray
    row: IndexArray
    yields: npt.NDArray[np.bool_]
    aside: FloatArray
    comes: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of vehicles."""
        return len(self.station)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> LaneTraffic:
        """Return the vehicles of the given rows, in that order."""
        return LaneTraffic(**{
            field.name: getattr(self, field.name)[rows] for field in dataclasses.fields(self)})

    def ordered(self) -> LaneTraffic:
        """Return the same with the foremost first."""
        return self.take(np.argsort(-self.station, kind='stable'))


@dataclasses.dataclass(frozen=True)
class LanePrediction:
    """Where the n vehicles of a lane will be, on an even grid of K instants.

    Attributes:
        step: Interval of the grid [s].
        station: (n, K) [m].
        speed: (n, K) [m/s].
    """

    step: float
    station: FloatArray
    speed: FloatArray

    def at(self, time: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return stations and speeds at instants.

        Args:
            time: Any shape [s]; beyond the grid the last speeds last.

        Returns:
            Stations [m] and speeds [m/s], (n, *shape of time).
        """
        last = self.station.shape[1] - 1
        place = time / self.step
        index = np.minimum(place.astype(np.intp), last - 1)
        share = place - index
        speed_share = np.minimum(share, 1.0)
        before, after = self.station[:, index], self.station[:, index + 1]
        slow, fast = self.speed[:, index], self.speed[:, index + 1]
        return before + share * (after - before), slow + speed_share * (fast - slow)


def entry_room(speed: FloatArray, headway: float | FloatArray) -> FloatArray:
    """Return the room that a lane change needs towards a neighbour [m].

    The time gap, and that of standstill besides where the speed leaves little of it.

    Args:
        speed: The slower of both, any shape [m/s].
        headway: Least time gap, one for all or of the same shape [s].
    """
    return np.asarray(np.maximum(
        headway * speed, STANDSTILL_GAP + (headway - _STANDSTILL_SHARE) * speed))


def safe_speed(gap: FloatArray, leader_speed: FloatArray) -> FloatArray:
    """Return the speed from which a driver can always stop behind its leader [m/s].

    Krauss (1998), equation 4.3: with the following time as reaction time and a braking that both
    are trusted with; 0 where there is no room.

    Args:
        gap: Bumper to bumper, any shape [m].
        leader_speed: Same shape [m/s].
    """
    room = np.maximum(gap - STANDSTILL_GAP, 0.0)
    delay = _COUNTED_BRAKING * _FOLLOWING_TIME
    root = np.sqrt(delay * delay + leader_speed * leader_speed + 2.0 * _COUNTED_BRAKING * room)
    return np.asarray(np.maximum(root - delay, 0.0))


def predict_lane(
    traffic: LaneTraffic, step: float, count: int, *, helper: int = -1,
    asker_speed: float = math.inf,
) -> LanePrediction:
    """Let every vehicle follow the one before it.

    A vehicle keeps its speed, after its measured acceleration has lasted a little, and adapts to
    its leader by `safe_speed`.

    Args:
        traffic: The foremost first.
        step: Interval of the grid [s].
        count: Instants, the first is now; at least 2.
        helper: Number of the vehicle that makes room, -1: nobody does.
        asker_speed: Of the one that room is made for [m/s].
    """
    number = len(traffic)
    stations, speeds = np.empty((count, number)), np.empty((count, number))
    station, speed = traffic.station, np.maximum(traffic.speed, 0.0)
    known = np.where(np.isnan(traffic.acceleration), 0.0, traffic.acceleration)
    wanted = np.maximum(speed + _LASTING * known, 0.0)
    half = 0.5 * traffic.length
    apart = half[:-1] + half[1:]
    safe = np.full(number, np.inf)
    stations[0], speeds[0] = station, speed
    rate = 1.0 - np.exp(-step / ADAPTATION)
    least, most = -_STRONGEST * step, _LIVELIEST * step
    first = float(speed[helper]) if helper >= 0 else 0.0
    slowest = min(first, max(asker_speed - _SLOWER, 0.0))
    for index in range(1, count):
        safe[1:] = safe_speed(station[:-1] - station[1:] - apart, speed[:-1])
        change = np.minimum(np.maximum(rate * (np.minimum(wanted, safe) - speed), least), most)
        if helper >= 0:
            slow = max(first - MAKES_ROOM * step * index, slowest)
            change[helper] = min(change[helper], slow - speed[helper])
        station = station + step * (speed + 0.5 * change)
        speed = speed + change
        stations[index], speeds[index] = station, speed
    return LanePrediction(step, stations.T, speeds.T)


def arrival_behind(traffic: LaneTraffic, way: float) -> FloatArray:
    """Return when somebody right behind each vehicle has made a way at the earliest, (n,) [s].

    Everybody drives on, and nobody passes the one before: a vehicle arrives where its speed takes
    it, but no earlier than a time gap after its leader. So a slow vehicle far ahead holds all up
    that reach it in time, and one that is out of reach holds up nobody. Who brakes or accelerates
    and is slower than most of the lane, as in a wave, takes their speed up again.

    Args:
        traffic: The foremost first.
        way: From the ego's centre [m].
    """
    pace = np.maximum(traffic.speed, _SLOWEST)
    apart = _FOLLOWING_TIME + (traffic.length + STANDSTILL_GAP) / pace
    behind = np.cumsum(apart)
    # Arrivals in a row, each less the gaps before it, only grow.
    unsteady = np.abs(np.nan_to_num(traffic.acceleration)) > _UNSTEADY
    flow = np.where(unsteady, np.maximum(pace, np.quantile(pace, _FLOW)), pace)
    left = way - traffic.station
    rise = (flow - pace) / _RECOVERY
    risen = np.minimum(0.5 * (pace + flow) * rise, left)
    # The root is that of the time in which the way is made while the speed still rises.
    root = np.sqrt(pace * pace + 2.0 * _RECOVERY * np.maximum(risen, 0.0))
    time = (root - pace) / _RECOVERY + (left - np.maximum(risen, 0.0)) / flow
    alone = time - (behind - apart)
    return np.asarray(np.maximum.accumulate(alone) + behind)


def asked_deceleration(
    gap: FloatArray, speed: FloatArray, ego_speed: FloatArray, headway: float,
    push: FloatArray | float = 0.0, adaptation: FloatArray | float = ADAPTATION,
) -> FloatArray:
    """Return how hard a follower has to brake for a vehicle that cuts in before it [m/s2].

    The larger of two: the constant braking, begun after 0.4 s, that ends the approach before the
    gap of standstill and half a second is used up (UN Regulation 79, 5.6.4.7, has the same
    form); and the braking with which drivers adapt to `safe_speed` until the wanted headway.

    Args:
        gap: Bumper to bumper when the change begins, any shape [m].
        speed: The follower's, same shape [m/s].
        ego_speed: Same shape [m/s].
        headway: What the follower finally wants [s].
        push: Acceleration with which the one before goes on, same shape [m/s2].
        adaptation: How fast the wanted headway is taken up, same shape [s].
    """
    closing = np.maximum(speed - ego_speed, 0.0)
    left = gap - 0.4 * closing - STANDSTILL_GAP - 0.3 * ego_speed
    with np.errstate(divide='ignore', invalid='ignore'):
        ending = np.where(
            left > 0.0, closing * closing / (2.0 * np.maximum(left, 1e-9)) - push,
            np.where(closing > 0.0, np.inf, 0.0))
    room = gap + (_FOLLOWING_TIME - headway) * speed
    adapting = speed - safe_speed(room, ego_speed + push)
    return np.asarray(np.maximum(np.maximum(ending, adapting / adaptation), 0.0))
