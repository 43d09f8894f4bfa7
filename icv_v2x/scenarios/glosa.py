# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Green light optimal speed advisory (GLOSA) over the next signals on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icv_v2x.advisory.gates import SELECTED, about, above, holds
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.sources import decided_by, of_ego
from icv_v2x.advisory.types import NAN, Action, Advisory, Application, Level
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.scenarios.signal_approach import (
    Queue,
    SignalAhead,
    queue_before,
    sources_of,
    trusted,
)
from icv_v2x.signals.green_wave import (
    Followers,
    Gate,
    SpeedProfile,
    green_wave,
    keeps_place,
    late_profile,
    steady_profile,
    stop_profile,
)
from icv_v2x.signals.signals import Doubt
from icv_v2x.signals.windows import GreenWindows, green_windows
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.road_scene import RoadScene
    from icv_v2x.signals.signals import Signals

# Who stands keeps this from the stop line or from the vehicle before [m].
_STANDING_GAP = 2.5
# A queue grows backwards by this and sets off vehicle by vehicle in so much time [s].
_START_WAVE = 1.2
# A leader slower than the advice by this makes it useless [m/s].
_SLOWER = 0.5
# Others come up behind within this way, this far aside, headings within 45 degrees [m].
_BEHIND, _ASIDE, _SAME_WAY = 200.0, 10.0, 0.7
_YIELDS = (Maneuver.MANEUVER_LEFT_TURN, Maneuver.MANEUVER_U_TURN)


class _Approach(NamedTuple):
    """The first signal with who is before it.

    Attributes:
        signal: The signal.
        windows: Its green, uncut.
        queue: Vehicles between the ego and its stop line.
        joined: How many of them will wait when it turns green.
        delay: How long after that and the usual margin all of them are over the line [s].
        clearing: Time until those that wait now at green are over the line [s].
    """

    signal: SignalAhead
    windows: GreenWindows
    queue: Queue
    joined: int
    delay: float
    clearing: float


def assess(scene: RoadScene, parameters: Parameters) -> list[Advisory]:
    """Return the speed advice for the next signals.

    Args:
        scene: The instant.
        parameters: Parameters of the package.

    Returns:
        None or one candidate at INFO: an interval of speeds with a profile that passes as many
        signals in green as can be, or a profile that stops well where not even the first one can.
    """
    limits = parameters.glosa
    ahead = scene.signals_ahead.signals[:limits.signals]
    if not limits.enabled or not ahead or scene.signals is None:
        return []
    about('GLOSA', [ahead[0].name])
    if not above(
        SELECTED, 'distance of the stop line [m]', ahead[0].distance, limits.nearest
    ):
        return []
    signals = scene.signals
    usable = [first for first in ahead if _counts(first, signals)]
    counts = bool(usable) and usable[0] is ahead[0]
    if not holds(SELECTED, 'the signal may be counted on', counts):
        return []
    first = _approach(scene, ahead[0], parameters)
    speed = max(scene.ego.speed, 0.0)
    gates = [
        _gate(signal, first, signals, parameters)
        for signal, given in zip(ahead, usable, strict=False) if signal is given]
    wave = green_wave(gates, speed, limits.acceleration, limits.deceleration)
    limit = _limit(ahead[0], parameters)
    followers = _followers(scene, limits.kept_room)
    wanted = min(limits.roll_speed if wave is None else wave.slowest, speed)
    if not holds(
        SELECTED, 'nobody slower is near ahead',
        not _held_up(first.queue, speed, wanted, parameters),
    ):
        return []
    if wave is None:
        profile = _stop(first, speed, limit, followers, parameters)
        reason = _stop_reason(first, profile)
        span = NAN, NAN
    else:
        profile = steady_profile(wave, speed, limits.acceleration, limits.deceleration)
        if not keeps_place(profile, ahead[0].distance, limit, followers):
            profile = late_profile(
                ahead[0].distance, speed, wave.arrival, min(wave.slowest, speed), cruise=limit,
                acceleration=limits.acceleration, deceleration=limits.late_deceleration,
                followers=followers) or profile
        span = wave.slowest, wave.fastest
        opens = 'green now' if wave.green <= 0.0 else f'green from {wave.green:.1f} s on'
        reason = (
            f'Green at {wave.passed} signal{"s" if wave.passed > 1 else ""} with '
            f'{3.6 * span[0]:.0f} to {3.6 * span[1]:.0f} km/h; '
            f'stop line in {ahead[0].distance:.0f} m, {opens}')
    meant = ahead[:1 if wave is None else wave.passed]
    rows = [signal.rows[0] for signal in meant]
    return [Advisory(
        application=Application.GLOSA,
        level=Level.INFO,
        exit_level=Level.INFO,
        action=Action.SPEED_ADVICE,
        subject_ids=(ahead[0].name,),
        reason=reason,
        conflict_x=ahead[0].x, conflict_y=ahead[0].y, conflict_z=scene.ego.z,
        distance=ahead[0].distance,
        speed_min=span[0], speed_max=span[1],
        lane_id=ahead[0].lane_id,
        data_age=max(float(signals.age[rows].max()), scene.ego.age),
        verified=all(trusted(signals, row, parameters) for row in rows),
        rule=(LevelRule.GLOSA_NO_GREEN if wave is None else LevelRule.GLOSA_GREEN_WINDOW).value,
        **decided_by(*sources_of(scene, meant), of_ego(scene.ego)),
        stop_profile_time=profile.time, stop_profile_speed=profile.speed,
    )]


def _counts(signal: SignalAhead, signals: Signals) -> bool:
    """Return whether a signal may be counted on."""
    row = signal.rows[0]
    if not signal.certain or signal.open or signals.doubt[row] != Doubt.NONE:
        return False
    if not signals.steady[row]:
        return False
    # A permissive green says nothing of when oncoming traffic lets the turn go.
    permissive = bool((signals.step_light[row] == Light.PERMISSIVE_GREEN).any())
    return not (permissive and signal.maneuver in _YIELDS)


def _limit(signal: SignalAhead, parameters: Parameters) -> float:
    limit = signal.limit
    return limit if np.isfinite(limit) else parameters.glosa.speed_limit


def _gate(
    signal: SignalAhead, first: _Approach, signals: Signals, parameters: Parameters
) -> Gate:
    limits = parameters.glosa
    fastest = _limit(signal, parameters)
    slowest = min(max(limits.speed_floor, limits.speed_share * fastest), fastest)
    if signal is first.signal:
        windows = first.windows.within(
            limits.green_margin, limits.end_margin, queue=first.delay, clearing=first.clearing)
    else:
        windows = green_windows(signals, signal.rows[0], limits.confidence).within(
            limits.green_margin, limits.end_margin)
    return Gate(signal.distance, slowest, fastest, windows)


def _approach(scene: RoadScene, signal: SignalAhead, parameters: Parameters) -> _Approach:
    """Return who is before the first signal, and who of them will wait at its next green."""
    limits = parameters.glosa
    assert scene.signals is not None
    assert scene.road is not None
    queue = queue_before(scene.ego, scene.tracks, scene.road, signal)
    windows = green_windows(scene.signals, signal.rows[0], limits.confidence)
    headway = limits.queue_headway
    free = queue.to_line[::-1] / _limit(signal, parameters)
    clearing = _discharged(free, headway) if queue.waiting.any() else 0.0
    to_come = windows.begin[windows.begin > 0.0]
    joined, delay = 0, 0.0
    if len(to_come):
        ends = float(windows.end[0]) if windows.begin[0] <= 0.0 else 0.0
        served = np.arange(len(free)) * headway + np.maximum.accumulate(
            free - np.arange(len(free)) * headway) if len(free) else free
        left = free[served >= ends]
        starts = float(to_come[0]) + limits.queue_start
        joined = int(np.count_nonzero(left < starts))
        delay = _discharged(np.maximum(left, starts), headway) - float(to_come[0])
    return _Approach(
        signal, windows, queue, joined, max(delay - limits.green_margin, 0.0), clearing)


def _discharged(arrivals: NDArray[np.float64], headway: float) -> float:
    """Return when all are over the line that arrive so, one after the other [s]; 0 for nobody."""
    if not len(arrivals):
        return 0.0
    place = np.arange(len(arrivals)) * headway
    return float(np.max(arrivals - place)) + len(arrivals) * headway


def _held_up(queue: Queue, speed: float, wanted: float, parameters: Parameters) -> bool:
    """Return whether a leader is too near and too slow for the speed that is wanted."""
    if not len(queue.speed):
        return False
    near = queue.distance[0] < parameters.glosa.leader_time * max(speed, 2.0)
    return bool(near and queue.speed[0] < wanted - _SLOWER)


def _followers(scene: RoadScene, room: float) -> Followers:
    """Return who comes up behind on the same carriageway; room before a gate as `Followers`."""
    ego, tracks = scene.ego, scene.tracks
    east, north = tracks.x - ego.x, tracks.y - ego.y
    along = east * np.cos(ego.heading) + north * np.sin(ego.heading)
    aside = north * np.cos(ego.heading) - east * np.sin(ego.heading)
    behind = 0.5 * (ego.length - tracks.length) - along
    rows = (behind > 0.0) & (behind < _BEHIND) & (np.abs(aside) < _ASIDE)
    rows &= np.cos(tracks.heading - ego.heading) > _SAME_WAY
    return Followers(behind[rows], tracks.speed[rows], ego.length + _STANDING_GAP, room)


def _stop(
    first: _Approach, speed: float, limit: float, followers: Followers, parameters: Parameters
) -> SpeedProfile:
    """Return the profile that waits for the next green, behind the queue where there is one."""
    limits, queue = parameters.glosa, first.queue
    distance = first.signal.distance
    stand = distance - _STANDING_GAP
    if first.joined:
        # Where the last one stands, or is going to.
        stand = min(
            stand - float(np.sum(queue.length[-first.joined:] + _STANDING_GAP)),
            float(queue.distance[0]) - _STANDING_GAP if queue.waiting[0] else np.inf)
    stand = max(stand, 0.5)
    to_come = first.windows.begin[first.windows.begin > 0.0]
    gate, opens = stand, np.inf
    if len(to_come) and first.joined:
        opens = float(to_come[0]) + limits.green_margin + limits.queue_start
        opens += _START_WAVE * (first.joined - 1)
    elif len(to_come):
        gate, opens = max(distance, 1.0), float(to_come[0]) + limits.green_margin
    early = stop_profile(
        stand, speed, limits.deceleration, gate=gate, opens=opens, slowest=limits.roll_speed)
    if np.isinf(opens) or keeps_place(early, gate, limit, followers):
        return early
    return late_profile(
        gate, speed, opens, limits.roll_speed, cruise=limit,
        acceleration=limits.acceleration, deceleration=limits.late_deceleration,
        followers=followers, stops_at=stand) or early


def _stop_reason(first: _Approach, profile: SpeedProfile) -> str:
    to_come = first.windows.begin[first.windows.begin > 0.0]
    green = f', green from {to_come[0]:.1f} s on' if len(to_come) else ''
    waiting = f' behind {first.joined} waiting' if first.joined else ''
    roll = min(profile.speed[1:-1], default=profile.speed[0])
    return (
        f'No speed within the limits passes in green{green}; roll at {3.6 * roll:.0f} km/h and be '
        f'ready to stop{waiting}, stop line in {first.signal.distance:.0f} m')
