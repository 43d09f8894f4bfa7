# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speeds that pass one signal after the other in green, and profiles of speed that stop well."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from icv_v2x.signals.windows import GreenWindows

    Floats = NDArray[np.float64]
    Spans = list[tuple[float, float]]

# Speeds that are looked at between the lowest and the highest.
_SPEEDS = 96
# A span shorter than this is none [s].
_SHORTEST = 0.05


@dataclass(frozen=True)
class Gate:
    """A stop line on the way.

    Attributes:
        distance: To it [m].
        slowest: Lowest speed advised up to it [m/s].
        fastest: Highest speed advised up to it [m/s].
        windows: When it may be passed.
    """

    distance: float
    slowest: float
    fastest: float
    windows: GreenWindows


@dataclass(frozen=True)
class Wave:
    """Speed advice over gates.

    Attributes:
        passed: Gates that are passed in green.
        slowest: Lowest speed up to the first that passes all of them [m/s].
        fastest: Highest speed up to the first that passes all of them [m/s].
        arrival: At the first gate with the highest speed [s].
        green: Begin of the span that it is passed in [s].
    """

    passed: int
    slowest: float
    fastest: float
    arrival: float
    green: float


@dataclass(frozen=True)
class SpeedProfile:
    """Speeds over time, linear in between.

    Attributes:
        time: [s] from now.
        speed: [m/s].
    """

    time: tuple[float, ...]
    speed: tuple[float, ...]


def arrival_times(
    speed: Floats, distance: float, now: float, acceleration: float, deceleration: float
) -> Floats:
    """Return when a distance is covered by who takes up a speed and keeps it.

    Args:
        speed: (n,) speeds taken up [m/s].
        distance: [m].
        now: Present speed [m/s].
        acceleration: With which a speed is taken up [m/s2].
        deceleration: Likewise, positive [m/s2].

    Returns:
        (n,) [s], falling with the speed; infinite where it is never covered.
    """
    change = np.where(speed >= now, acceleration, -deceleration)
    duration = (speed - now) / change
    way = 0.5 * (speed + now) * duration
    left = distance - way
    with np.errstate(divide='ignore', invalid='ignore'):
        after = duration + left / speed
        # The speed is not reached before.
        root = np.sqrt(np.maximum(now**2 + 2.0 * change * distance, 0.0))
        before = 2.0 * distance / (now + root)
    return np.asarray(np.where(left >= 0.0, np.where(speed > 0.0, after, np.inf), before))


def green_wave(
    gates: Sequence[Gate], now: float, acceleration: float, deceleration: float
) -> Wave | None:
    """Return the speeds that pass as many gates in their order as possible, the last one early.

    The sets of instants at which each gate can be passed are carried forward from gate to gate
    between the lowest and the highest speed, then backward from the earliest pass of the last
    one that can be reached; changes of speed behind the first gate are not counted.

    Args:
        gates: At least one, the nearest first.
        now: Present speed [m/s].
        acceleration: With which the speed is taken up [m/s2].
        deceleration: Likewise, positive [m/s2].

    Returns:
        The advice, None where not even the first gate is passed in green.
    """
    first = gates[0]
    speeds = np.linspace(first.fastest, first.slowest, _SPEEDS)
    times = arrival_times(speeds, first.distance, now, acceleration, deceleration)
    reached = [_common([(float(times[0]), float(times[-1]))], first.windows)]
    for before, gate in pairwise(gates):
        way = gate.distance - before.distance
        reached.append(_common([
            (begin + way / gate.fastest, end + way / gate.slowest)
            for begin, end in reached[-1]], gate.windows))
        if not reached[-1]:
            break
    while reached and not reached[-1]:
        reached.pop()
    if not reached:
        return None
    wanted = [reached[-1][0]]
    for place in range(len(reached) - 2, -1, -1):
        way = gates[place + 1].distance - gates[place].distance
        fastest, slowest = gates[place + 1].fastest, gates[place + 1].slowest
        wanted = _cut(reached[place], [
            (begin - way / slowest, end - way / fastest) for begin, end in wanted])
    if not wanted:
        return None
    begin, end = wanted[0]
    # Times fall with the speeds from the fastest on, so they rise along the array.
    fastest, slowest = np.interp([begin, end], times, speeds)
    opened = first.windows.begin[first.windows.begin <= begin + _SHORTEST]
    return Wave(
        passed=len(reached), slowest=float(slowest), fastest=float(fastest),
        arrival=float(begin), green=float(opened[-1]) if len(opened) else 0.0)


def steady_profile(
    wave: Wave, now: float, acceleration: float, deceleration: float
) -> SpeedProfile:
    """Return the profile that takes up the highest advised speed and keeps it to the first gate.

    Who passes early keeps its place before those that come up behind.
    """
    change = acceleration if wave.fastest >= now else deceleration
    duration = abs(wave.fastest - now) / change
    if duration >= wave.arrival:
        reached = now + np.copysign(change * wave.arrival, wave.fastest - now)
        return SpeedProfile((0.0, wave.arrival), (now, float(reached)))
    return SpeedProfile((0.0, duration, wave.arrival), (now, wave.fastest, wave.fastest))


@dataclass(frozen=True)
class Followers:
    """Vehicles behind that go the same way, n of them.

    Attributes:
        behind: (n,) [m] from their front bumpers to the own front.
        speed: (n,) [m/s].
        length: From the own front to that of a vehicle right behind [m].
        room: So much free way before a gate is taken by nobody [m].
    """

    behind: Floats
    speed: Floats
    length: float
    room: float


def keeps_place(
    profile: SpeedProfile, distance: float, cruise: float, followers: Followers
) -> bool:
    """Return whether nobody behind gains the place before the gate while a profile is driven.

    Who drives on behind is taken to go as fast as the traffic does. When he is there, the way
    left to the gate has to be too short for another vehicle.

    Args:
        profile: What is driven.
        distance: To the gate [m].
        cruise: Speed of the traffic [m/s].
        followers: Who is behind.
    """
    if not len(followers.behind):
        return True
    until = max(distance - followers.room, 0.0)
    when = (until + followers.behind) / np.maximum(followers.speed, cruise)
    return bool((_place(profile, when) - followers.length >= until).all())


def late_profile(
    distance: float, now: float, opens: float, slowest: float, *,
    cruise: float, acceleration: float, deceleration: float, followers: Followers,
    stops_at: float = np.inf,
) -> SpeedProfile | None:
    """Return the profile that drives on with the traffic and slows down late for a gate.

    It is there when the gate opens, as fast as can be; but slows down so late that it keeps its
    place: who slows down early is overtaken by those who then wait before him.

    Args:
        distance: To the gate [m].
        now: Present speed [m/s].
        opens: When to be there [s].
        slowest: Speed that is slowed down to at most [m/s].
        cruise: Speed of the traffic [m/s], taken up before.
        acceleration: With which it is taken up [m/s2].
        deceleration: Positive [m/s2].
        followers: Who is behind.
        stops_at: Where to stop after all [m]; infinite for nowhere.

    Returns:
        The profile, None where there is no room for it.
    """
    found = None
    for top in (max(cruise, now), now):
        found = _late(
            distance, now, opens, slowest, top, acceleration, deceleration,
            distance - stops_at)
        if found is not None:
            break
    if found is None:
        return None
    least, most = 0, len(found) - 1
    while least < most:
        middle = (least + most + 1) // 2
        if keeps_place(found[middle], distance, cruise, followers):
            least = middle
        else:
            most = middle - 1
    chosen = found[least]
    return chosen if np.isinf(stops_at) else _stopping(chosen, stops_at, deceleration)


def _late(
    distance: float, now: float, opens: float, slowest: float, top: float, acceleration: float,
    deceleration: float, before: float,
) -> list[SpeedProfile] | None:
    """Return the profiles that go on at the top speed, roll and arrive in time, slowest first.

    Those of them that can stop so far before the gate [m] from where they roll on.
    """
    taking_up = (top - now) / acceleration
    way = distance - 0.5 * (top + now) * taking_up
    left = opens - taking_up
    if top <= slowest or top * left <= way or way <= 0.0:
        return None
    roll = np.linspace(slowest, top, _SPEEDS, endpoint=False)
    slowing = (top - roll) / deceleration
    left_way = way - 0.5 * (top + roll) * slowing
    left_time = left - slowing
    rolling = (top * left_time - left_way) / (top - roll)
    going = left_time - rolling
    can = (rolling >= 0.0) & (going >= 0.0)
    if np.isfinite(before):
        can &= rolling * roll >= 0.5 * roll * roll / deceleration + before
    if not can.any():
        return None
    ends = np.cumsum(np.column_stack([
        np.full(len(roll), taking_up), going, slowing, rolling]), axis=1)[can]
    return [
        SpeedProfile((0.0, *times), (now, top, top, speed, speed))
        for times, speed in zip(ends.tolist(), roll[can].tolist(), strict=True)]


def _stopping(profile: SpeedProfile, stops_at: float, deceleration: float) -> SpeedProfile:
    """Return a profile that rolls at its end, with a stop after it."""
    roll = profile.speed[-1]
    braking = roll / deceleration
    begin = profile.time[-2]
    left = stops_at - float(_place(profile, np.array([begin]))[0]) - 0.5 * roll * braking
    ends = begin + left / roll
    return SpeedProfile((*profile.time[:-1], ends, ends + braking), (*profile.speed, 0.0))


def _place(profile: SpeedProfile, when: Floats) -> Floats:
    """Return how far a profile has led at times [s], (n,) [m]; it goes on at its last speed."""
    time, speed = np.array(profile.time), np.array(profile.speed)
    gone = np.concatenate([[0.0], np.cumsum(0.5 * (speed[1:] + speed[:-1]) * np.diff(time))])
    step = np.clip(np.searchsorted(time, when, side='right') - 1, 0, len(time) - 1)
    since = when - time[step]
    return np.asarray(
        gone[step] + 0.5 * (speed[step] + np.interp(when, time, speed)) * since)


def stop_profile(
    distance: float, now: float, deceleration: float, *,
    gate: float = np.inf, opens: float = np.inf, slowest: float = 0.0,
) -> SpeedProfile:
    """Return a profile that stops in time, and rolls slowly there where waiting lies ahead.

    Who rolls arrives when the gate opens instead of standing before it; the stop at the end of
    the profile is for a gate that does not open.

    Args:
        distance: To where the vehicle has to stand [m].
        now: Present speed [m/s].
        deceleration: Of a comfortable stop [m/s2]; a harder one is planned where it must be.
        gate: To the gate [m].
        opens: When the gate opens [s], infinite where that is not known.
        slowest: Not rolling slower than this [m/s].

    Returns:
        The profile, ending at standstill.
    """
    distance = max(distance, 0.1)
    needed = 0.5 * now * now / distance
    if needed >= deceleration:
        return SpeedProfile((0.0, now / needed), (now, 0.0))
    roll = now
    if np.isfinite(opens) and now > slowest:
        speeds = np.linspace(now, max(slowest, 0.1), _SPEEDS)
        times = arrival_times(speeds, gate, now, deceleration, deceleration)
        roll = float(np.interp(opens, times, speeds))
    slowing = (now - roll) / deceleration
    braking = roll / deceleration
    way = distance - 0.5 * (now + roll) * slowing - 0.5 * roll * braking
    rolling = max(way, 0.0) / max(roll, 0.1)
    times = np.cumsum([0.0, slowing, rolling, braking])
    return SpeedProfile(tuple(times.tolist()), (now, roll, roll, 0.0))


def _common(spans: Spans, windows: GreenWindows) -> Spans:
    return _cut(spans, list(zip(windows.begin.tolist(), windows.end.tolist(), strict=True)))


def _cut(spans: Spans, others: Spans) -> Spans:
    """Return what two sets of spans have in common, in its order."""
    found = sorted(
        (max(begin, other_begin), min(end, other_end))
        for begin, end in spans for other_begin, other_end in others
        if min(end, other_end) - max(begin, other_begin) >= _SHORTEST)
    joined: Spans = []
    for begin, end in found:
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined
