# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Do not pass warning (DNPW): oncoming traffic where the ego would overtake a slower vehicle."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.rules import LevelRule
from icv_v2x.advisory.types import Action, Advisory, Application, Level
from icv_v2x.frames import wrap_angle
from icv_v2x.inputs import Indicator
from icv_v2x.scenarios.candidates import advice
from icv_v2x.scenarios.conflicts import ONCOMING_SPEED
from icv_v2x.scenarios.intent import TELLS, changes_lane, turns_off
from icv_v2x.scenarios.neighbours import (
    oncoming,
    same_way,
    seen_along,
    seen_along_their_lanes,
    vehicles_near,
)
from icv_v2x.world.track_motion import unseen_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from icv_v2x.parameters import Parameters
    from icv_v2x.scenarios.intent import Intent
    from icv_v2x.scenarios.neighbours import Beside
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

    Floats = NDArray[np.float64]

# Who follows at a longer time gap is not held up [s].
_CLOSE = 2.0
# Who slows down by more than this is about to turn off or to stop [m/s2].
_SLOWS = 1.0
# No more of the lane's width is taken for an error of headings, else the lane behind counts too.
_UNSURE = 0.25
# Headings tell a lane by themselves where their error, 1 sigma, is no more than this share of it.
_SURE = 0.2
# Whose heading is not known well enough to tell lanes apart is heard for so long first [s], and
# so many times.
_HEARD = 1.0
_MESSAGES = 3


_RULES = {
    int(Level.WARNING): LevelRule.DNPW_PASSING, int(Level.IMMINENT): LevelRule.DNPW_ONCOMING_LANE}


@dataclass(frozen=True)
class _Pass:
    """Overtaking of one vehicle.

    Attributes:
        row: Row of the passed vehicle in the tracks.
        axis: [rad] direction of its lane.
        gap: [m] from the ego's front to its tail, negative: the ego is beside it.
        speed: [m/s] up to which the ego accelerates.
        time: [s] until the ego is ahead of it by the headway, inf where it never gets there.
        back: [s] until the ego could be back in its lane, ahead of the vehicle or behind it.
        out: The ego drives in the oncoming lane.
        intent: It is about to, or does.
        slower: The vehicle can be passed.
    """

    row: int
    axis: float
    gap: float
    speed: float
    time: float
    back: float
    out: bool
    intent: bool
    slower: bool


def _unknown(_x: float, _y: float, _heading: float) -> bool:
    """Tell of no lane: no map was heard."""
    return False


def assess(
    tracks: Tracks, ego: EgoState, intent: Intent, parameters: Parameters,
    own_lane: Callable[[float, float, float], bool] = _unknown,
) -> list[Advisory]:
    """Return one candidate for each oncoming vehicle that the ego would meet while passing.

    That nothing is said never means that the lane is clear: radio hears only who sends.

    Args:
        tracks: All objects at the same instant.
        ego: The ego now.
        intent: What tells of its intent.
        parameters: Parameters of the package.
        own_lane: Tells whether a lane is known to lead along a heading [rad] at a place [m]: whom
            the ego passes on such a lane it passes before nobody.

    Returns:
        Candidates with the level by the entry and by the exit thresholds.
    """
    dnpw = parameters.dnpw
    gates.about('DNPW', tracks)
    enabled = gates.holds(gates.SELECTED, 'dnpw.enabled', dnpw.enabled)
    if not enabled or not gates.holds(gates.SELECTED, 'the ego moves', ego.speed > 0.0):
        return []
    near = vehicles_near(ego, tracks, dnpw.distance_ahead + ego.length, parameters)
    gates.about('DNPW, whom to pass', tracks, near)
    passing = _passing(
        ego, tracks, near, intent, parameters, own_lane) if len(near) else None
    gates.about('DNPW', tracks, near)
    gates.holds(gates.SELECTED, 'the ego has somebody to pass', passing is not None)
    if passing is None:
        return []
    rows = near[oncoming(passing.axis, tracks.take(near), parameters)]
    gates.about('DNPW', tracks, rows)
    rows, gaps, off = _near_the_oncoming_lane(ego, tracks, rows, passing, parameters)
    if not len(rows):
        return []
    gates.about('DNPW', tracks, rows)
    speeds = tracks.speed[rows]
    meet = _meeting_time(ego.speed, passing.speed, dnpw.acceleration, gaps, speeds)
    told = gates.holds(
        Level.WARNING, 'its lane is told well enough',
        _lane_told(tracks, rows, off, passing, parameters))
    levels = [
        np.where(told, level, np.minimum(level, Level.CAUTION))
        for level in (
            _level(passing, meet, parameters, margin)
            for margin in (1.0, parameters.collision.exit_margin))
    ]
    seen = gates.at_most(Level.CAUTION, 'gap [m]', gaps, dnpw.distance_ahead)
    seen &= gates.at_most(Level.CAUTION, 'met [s], at most', meet, dnpw.time_ahead)
    action = Action.SLOW_DOWN if passing.out else Action.KEEP_LANE
    return [
        advice(
            Application.DNPW, tracks, int(rows[index]), ego,
            levels=(levels[0][index], levels[1][index]),
            rule=_RULES.get(
                int(levels[0][index] or levels[1][index]), LevelRule.DNPW_MEETING_TIME),
            actions=(Action.BRAKE, action),
            reason=_reason(
                ego, passing, float(meet[index]), float(speeds[index]),
                float(gaps[index]), parameters,
            ),
            gap=float(gaps[index]),
            closing_speed=ego.speed + float(speeds[index]),
        )
        for index in np.flatnonzero(levels[1] * seen).tolist()
    ]


def _passing(
    ego: EgoState,
    tracks: Tracks,
    near: NDArray[np.intp],
    intent: Intent,
    parameters: Parameters,
    own_lane: Callable[[float, float, float], bool],
) -> _Pass | None:
    """Return the pass of the next vehicle, None where there is none to pass."""
    dnpw, width = parameters.dnpw, parameters.carriageway.lane_width
    vehicles = tracks.take(near)
    # Whoever stands may wait in a queue that the ego has to join.
    rows = near[same_way(ego, vehicles, parameters) & (vehicles.speed > ONCOMING_SPEED)]
    if not len(rows):
        return None
    vehicles = tracks.take(rows)
    beside = seen_along_their_lanes(ego, vehicles)
    # How far the ego is from the vehicle's lane towards the oncoming one.
    offset = -_oncoming_side(parameters) * beside.left
    out = (offset >= 0.5 * width) & (offset < 1.5 * width)
    if out.any() and own_lane(ego.x, ego.y, ego.heading):
        out[:] = False
    due = beside.front_gap <= dnpw.leader_time * ego.speed
    due &= np.where(
        out, beside.rear_gap < dnpw.headway * vehicles.speed, beside.front_gap >= 0.0)
    rows_due = np.flatnonzero(due & (out | (np.abs(offset) < 0.5 * width)))
    if not len(rows_due):
        return None
    chosen = rows_due[np.argmin(beside.front_gap[rows_due])]
    gap, speed = float(beside.front_gap[chosen]), float(vehicles.speed[chosen])
    length = float(vehicles.length[chosen])
    limit = max(dnpw.speed_limit, ego.speed)
    slower = limit - speed >= dnpw.speed_difference
    way = gap + length + ego.length + dnpw.headway * speed
    time = _overtaking_time(ego.speed - speed, limit - speed, dnpw.acceleration, max(way, 0.0))
    is_out = bool(out[chosen])
    drop = _dropping_time(max(-gap, 0.0), ego.speed - speed, dnpw.drop_deceleration)
    aside = min(float(offset[chosen]) / width, 1.0) * dnpw.return_time
    return _Pass(
        row=int(rows[chosen]),
        axis=float(beside.axis[chosen]),
        gap=gap,
        speed=limit,
        time=time,
        back=min(time, drop) + aside,
        out=is_out,
        intent=is_out or _intends(
            ego, intent, tracks.take(rows[[chosen]]), parameters, own_lane),
        slower=slower and time <= dnpw.time_ahead,
    )


def _oncoming_side(parameters: Parameters) -> float:
    """Return the side of the oncoming lane: 1 left, -1 right."""
    return 1.0 if parameters.driving_side == 'right' else -1.0


def _intends(
    ego: EgoState, intent: Intent, leader: Tracks, parameters: Parameters,
    own_lane: Callable[[float, float, float], bool],
) -> bool:
    """Whether the ego is about to change to the oncoming lane.

    The lane to change to is seen as if a vehicle drove there beside the leader. An ego that
    indicates means to turn off where its planned path does, or without one that tells where it is
    slow. Where no path leads out of the lane it may mean a turn that comes later.
    """
    side, width = _oncoming_side(parameters), parameters.carriageway.lane_width
    # As wide as the ego, as nobody is there yet.
    beside = replace(
        seen_along_their_lanes(ego, leader),
        left=np.array([side * width]), side_gap=np.array([width - ego.width]),
    )
    way = intent.way
    tells = way is not None and way.distance[-1] >= TELLS
    turns = (
        turns_off(way, int(side), parameters) if tells and way is not None
        else ego.speed <= parameters.intent.turn_speed)
    if turns or not changes_lane(ego, intent, beside, parameters)[0]:
        return False
    axis, across = float(beside.axis[0]), side * width
    if own_lane(
        float(leader.x[0]) - across * math.sin(axis),
        float(leader.y[0]) + across * math.cos(axis), axis,
    ):
        return False
    silent = replace(ego, indicator=Indicator.NONE)
    leads = way is not None and bool(changes_lane(silent, intent, beside, parameters)[0])
    return leads or _wants_past(ego, leader, float(beside.front_gap[0]))


def _wants_past(ego: EgoState, leader: Tracks, gap: float) -> bool:
    """Whether an ego that goes to the left has somebody to pass rather than a turn ahead.

    Before a turn one slows down, and whoever follows at a distance is in no need to pass.
    """
    waits = float(leader.acceleration[0]) < -_SLOWS
    return gap <= _CLOSE * ego.speed and not waits and ego.acceleration >= -_SLOWS


def _overtaking_time(relative: float, greatest: float, acceleration: float, way: float) -> float:
    """Return how long it takes to gain a way on the passed vehicle [s], inf where it never does.

    Args:
        relative: [m/s] speed of the ego relative to the vehicle now.
        greatest: [m/s] the same at the speed limit.
        acceleration: [m/s2] until then.
        way: [m] to be gained.
    """
    reached = max(greatest - relative, 0.0) / acceleration
    gained = (relative + 0.5 * acceleration * reached) * reached
    if gained >= way:
        root = math.sqrt(max(relative * relative + 2.0 * acceleration * way, 0.0))
        return (root - relative) / acceleration
    return reached + (way - gained) / greatest if greatest > 0.0 else math.inf


def _dropping_time(way: float, relative: float, deceleration: float) -> float:
    """Return how long it takes to fall back by a way [s], braking from a relative speed."""
    if way <= 0.0:
        return 0.0
    root = math.sqrt(relative * relative + 2.0 * deceleration * way)
    return (relative + root) / deceleration


def _near_the_oncoming_lane(
    ego: EgoState,
    tracks: Tracks,
    rows: NDArray[np.intp],
    passing: _Pass,
    parameters: Parameters,
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return who of the oncoming may drive in the lane beside the passed vehicle's.

    The gaps [m] and how far they are off the middle of that lane [m] come with them. Places are
    measured along the mean of the directions of both vehicles: on a bend that is the chord, and
    what the ego does turns nothing.
    """
    if not len(rows):
        return rows, np.zeros(0), np.zeros(0)
    vehicles, width = tracks.take(rows), parameters.carriageway.lane_width
    bend = wrap_angle(vehicles.heading + np.pi - tracks.heading[passing.row])
    chord = tracks.heading[passing.row] + 0.5 * bend
    beside: Beside = seen_along(ego, vehicles, chord)
    east, north = vehicles.x - tracks.x[passing.row], vehicles.y - tracks.y[passing.row]
    offset = _oncoming_side(parameters) * (north * np.cos(chord) - east * np.sin(chord))
    off = np.abs(offset - width)
    unsure = np.minimum(
        np.hypot(east, north) * math.tan(math.radians(parameters.dnpw.corridor)),
        _error_across(tracks, rows, passing))
    there = gates.at_most(
        gates.SELECTED, 'off the middle of the oncoming lane [m]', off,
        0.5 * width + np.minimum(unsure, _UNSURE * width))
    there &= gates.above(gates.SELECTED, 'gap ahead of the ego [m]', beside.front_gap, 0.0)
    return rows[there], beside.front_gap[there], off[there]


def _lane_told(
    tracks: Tracks, rows: NDArray[np.intp], off: Floats, passing: _Pass, parameters: Parameters
) -> NDArray[np.bool_]:
    """Return whose lane is told well enough for a WARNING, (n,): by sure headings, or by time.

    Where headings tell lanes apart, an error is no reason to take who is `off` [m] the middle of
    the oncoming lane by more than half its width for being in it.
    """
    width = parameters.carriageway.lane_width
    heard = (tracks.updates[rows] - 1.0) * np.nan_to_num(tracks.period[rows])
    told = (heard >= _HEARD) & (tracks.updates[rows] >= _MESSAGES)
    error = _error_across(tracks, rows, passing)
    nominal = (off <= 0.5 * width) | (error >= 0.5 * width)
    return np.asarray((told | (error <= _SURE * width)) & nominal)


def _error_across(tracks: Tracks, rows: NDArray[np.intp], passing: _Pass) -> Floats:
    """Return how far aside the errors of headings put vehicles, 1 sigma (n,) [m].

    Between two messages nobody leaves his lane by an unseen turn.
    """
    passed = passing.row
    away = np.hypot(tracks.x[rows] - tracks.x[passed], tracks.y[rows] - tracks.y[passed])
    unseen = unseen_turn(tracks.speed) * tracks.age
    error = np.sqrt(np.maximum(tracks.heading_deviation**2 - unseen**2, 0.0))
    # The chord has the mean of both directions.
    return np.asarray(0.5 * away * np.hypot(error[rows], error[passed]))


def _meeting_time(
    speed: float, limit: float, acceleration: float, gaps: Floats, speeds: Floats
) -> Floats:
    """Return when the passing ego meets oncoming vehicles, (n,) [s].

    Args:
        speed: [m/s] of the ego now.
        limit: [m/s] up to which it accelerates.
        acceleration: [m/s2].
        gaps: (n,) [m].
        speeds: (n,) [m/s] of the vehicles.
    """
    reached = (limit - speed) / acceleration
    closing = speed + speeds
    gained = (closing + 0.5 * acceleration * reached) * reached
    root = np.sqrt(closing**2 + 2.0 * acceleration * gaps)
    soon = 2.0 * gaps / (closing + root)
    return np.where(gained >= gaps, soon, reached + (gaps - gained) / (limit + speeds))


def _level(
    passing: _Pass, meet: Floats, parameters: Parameters, ease: float
) -> NDArray[np.int64]:
    """Return the level of each oncoming vehicle; `ease` below 1 for the exit thresholds."""
    dnpw = parameters.dnpw
    # A pass that never ends is one for as long as anybody looks ahead.
    duration = min(passing.time, dnpw.time_ahead)
    what = 'met while passing [s]'
    caution = gates.at_most(
        Level.CAUTION, what, meet * ease, duration + dnpw.caution_margin)
    caution &= gates.holds(Level.CAUTION, 'who is passed is slower', passing.slower)
    warning = gates.at_most(
        Level.WARNING, what, meet * ease, duration + dnpw.warning_margin)
    warning &= gates.holds(Level.WARNING, 'the ego is about to pass', passing.intent)
    imminent = warning & gates.holds(
        Level.IMMINENT, 'the ego is in the oncoming lane', passing.out)
    imminent &= gates.at_most(
        Level.IMMINENT, what, meet * ease, passing.back + dnpw.return_margin)
    level = np.where(caution | warning, Level.CAUTION, Level.NONE)
    level = np.where(warning, Level.WARNING, level)
    return np.where(imminent, Level.IMMINENT, level)


def _reason(
    ego: EgoState,
    passing: _Pass,
    meet: float,
    speed: float,
    gap: float,
    parameters: Parameters,
) -> str:
    """Return the numbers that decided, and what radio cannot tell."""
    dnpw = parameters.dnpw
    said = f'Oncoming vehicle {gap:.0f} m ahead, met in {meet:.1f} s'
    if not math.isfinite(passing.time):
        return f'{said}, and the vehicle to pass is as fast as the ego may drive'
    said += f', passing takes {passing.time:.1f} s'
    if passing.out:
        said += f', {passing.back:.1f} s until the ego can be back'
    need = (passing.time + dnpw.warning_margin) * (0.5 * (ego.speed + passing.speed) + speed)
    if need > dnpw.radio_range:
        said += (
            f'; passing needs {need:.0f} m of free lane, radio surely reaches '
            f'{dnpw.radio_range:.0f} m'
        )
    return said
