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


def late_profile(
    distance: float, now: float, opens: float, slowest: float, deceleration: float, *,
    stops_at: float = np.inf,
) -> SpeedProfile | None:
    """Return the profile that drives on and slows down late, to be at a gate when it opens.

    It keeps its place in the traffic around: who slows down early is overtaken by those who then
    wait before him.

    Args:
        distance: To the gate [m].
        now: Present speed [m/s].
        opens: When to be there [s].
        slowest: Speed that is slowed down to at most [m/s].
        deceleration: Positive [m/s2].
        stops_at: Where to stop after all [m]; infinite for nowhere.

    Returns:
        The profile, None where there is no room for it.
    """
    lost = opens - distance / now
    if now <= slowest or lost <= 0.0:
        return None
    # Slowing down alone loses the time, or as much of it as the lowest speed allows.
    slowest = max(slowest, now - float(np.sqrt(2.0 * deceleration * now * lost)))
    slowing = (now - slowest) / deceleration
    left = distance - 0.5 * (now + slowest) * slowing
    rolled = max(
        (lost - 0.5 * (now - slowest) * slowing / now) / (1.0 / slowest - 1.0 / now), 0.0)
    if rolled > left:
        return None
    times, speeds = [(left - rolled) / now, slowing], [now, now, slowest, slowest]
    braking = slowest / deceleration
    if np.isfinite(stops_at):
        rolled = max(rolled - (distance - stops_at) - 0.5 * slowest * braking, 0.0)
    times.append(rolled / slowest)
    if np.isfinite(stops_at):
        times.append(braking)
        speeds.append(0.0)
    return SpeedProfile((0.0, *np.cumsum(times).tolist()), tuple(speeds))


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
