# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What happens to platoons in SUMO: join, brake, leave, cut-in, loss, delay, silence, sines."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from platoon_road import STRANGER, platoon_road

from icv_v2x.faults import Delay, Loss
from icv_v2x.inputs import PlatoonWish
from icv_v2x.platooning.law import spacing
from icv_v2x.tools.simulation.platoon_run import Disturbance, PlatoonRun

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from icv_v2x.tools.simulation.platoon_run import PlatoonRecord

SPEED = 80.0 / 3.6
"""Of the platoon [m/s]."""

BEGIN = 35.0
"""When the platoon has formed from gaps that are nearly closed [s]."""

BRAKING = 6.0
"""Of the leader [m/s2]."""

FREQUENCIES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
"""Of the leader's sines [Hz]."""


@dataclass(frozen=True)
class Scene:
    """What happens.

    Attributes:
        duration: [s].
        begin: When it begins [s].
        lead: Acceleration that the leader asks for: takes time since the begin and speed.
        disturbance: What goes wrong.
        gap: Bumper to bumper at first [m].
        wish: Takes place and time since the begin; None: the first leads, all others join.
        stranger: Place of the car that the stranger cuts in ahead of, None: there is none.
        stranger_leaves: When it goes back [s] after it came.
        stranger_brakes: When it brakes [s] after it came.
        parameters: Of all members.
        lag: Of the drive [s], by place.
    """

    duration: float
    begin: float = BEGIN
    lead: Callable[[float, float], float] = lambda time, speed: 0.5 * (SPEED - speed)
    disturbance: Disturbance = field(default_factory=Disturbance)
    gap: float = 14.0
    wish: Callable[[int, float], PlatoonWish] | None = None
    stranger: int | None = None
    stranger_leaves: float = math.inf
    stranger_brakes: float = math.inf
    parameters: dict[str, Any] = field(default_factory=dict)
    lag: Callable[[int], float] = lambda place: 0.4


def _brakes(time: float, speed: float) -> float:
    return -BRAKING if time >= 0.0 else 0.5 * (SPEED - speed)


def _varies(time: float, speed: float) -> float:
    """Give the speed of a leader in traffic: up and down by 3 m/s with 1.5 m/s2 at most."""
    wanted = SPEED - (3.0 if 5.0 < time % 30.0 < 15.0 else 0.0)
    return min(max(0.8 * (wanted - speed), -1.5), 1.5)


def _withdraws(who: int) -> Callable[[int, float], PlatoonWish]:
    def wish(place: int, time: float) -> PlatoonWish:
        if place == who and time >= 0.0:
            return PlatoonWish.NOTHING
        return PlatoonWish.JOIN if place else PlatoonWish.LEAD
    return wish


_LOSS, _DELAY = Loss(0.3), Delay(0.2)
SCENES: dict[str, Scene] = {
    'join': Scene(100.0, begin=0.0, gap=36.0),
    'cruise': Scene(100.0, lead=_varies),
    'brake': Scene(50.0, lead=_brakes),
    'brake_loss': Scene(50.0, lead=_brakes, disturbance=Disturbance((_LOSS,))),
    'brake_delay': Scene(50.0, lead=_brakes, disturbance=Disturbance((_DELAY,))),
    'brake_loss_delay': Scene(50.0, lead=_brakes, disturbance=Disturbance((_LOSS, _DELAY))),
    'brake_silence': Scene(
        50.0, lead=_brakes, disturbance=Disturbance(silent=(BEGIN, math.inf))),
    'brake_after_silence': Scene(
        55.0, lead=_brakes, disturbance=Disturbance(silent=(BEGIN - 2.0, math.inf))),
    'brake_lag': Scene(50.0, lead=_brakes, lag=lambda place: (0.4, 0.5, 0.3)[place % 3]),
    'brake_noise': Scene(
        50.0, lead=_brakes, disturbance=Disturbance(range_noise=0.15, speed_noise=0.1)),
    'brake_radio_only': Scene(
        50.0, lead=_brakes, disturbance=Disturbance(blind=True),
        parameters={'platooning.sensor_required': False}),
    'brake_opening': Scene(70.0, lead=lambda time, speed: _brakes(time - 10.0, speed),
                           wish=_withdraws(3)),
    'leave': Scene(90.0, wish=_withdraws(3)),
    'leave_tail': Scene(70.0, wish=_withdraws(7)),
    'dissolve': Scene(70.0, wish=_withdraws(0)),
    'leader_lost': Scene(70.0, disturbance=Disturbance(mute={'member0': BEGIN})),
    'member_lost': Scene(70.0, disturbance=Disturbance(mute={'member3': BEGIN})),
    'cut_in': Scene(90.0, stranger=4, stranger_leaves=6.0),
    'cut_in_stays': Scene(90.0, stranger=4),
    'cut_in_brakes': Scene(70.0, stranger=4, stranger_brakes=1.0),
    'cut_in_loss': Scene(
        90.0, stranger=4, stranger_leaves=6.0, disturbance=Disturbance((_LOSS, _DELAY))),
    'capacity': Scene(70.0, parameters={'platooning.capacity': 5}),
    'silence': Scene(90.0, disturbance=Disturbance(silent=(BEGIN, BEGIN + 12.0))),
    'silence_blind': Scene(
        70.0, disturbance=Disturbance(silent=(BEGIN, math.inf), blind=True),
        parameters={'platooning.sensor_required': False}),
    'silence_short': Scene(70.0, disturbance=Disturbance(silent=(BEGIN, BEGIN + 1.0))),
    'loss': Scene(100.0, lead=_varies, disturbance=Disturbance((_LOSS,))),
    'delay': Scene(100.0, lead=_varies, disturbance=Disturbance((_DELAY,))),
}


def scene(name: str, folder: Path, count: int = 8) -> PlatoonRun:
    """Build the road of a scene and return what to run."""
    chosen = SCENES[name]
    config, names = platoon_road(
        folder, count, speed=SPEED, gap=chosen.gap, stranger_beside=chosen.stranger)
    wish = chosen.wish or (lambda place, _: PlatoonWish.JOIN if place else PlatoonWish.LEAD)
    return PlatoonRun(
        config, names, chosen.duration,
        lead=lambda time, speed: chosen.lead(time - chosen.begin, speed),
        wish=lambda place, time: wish(place, time - chosen.begin),
        act=_Others(chosen, names), disturbance=chosen.disturbance, lag=chosen.lag,
        parameters=chosen.parameters,
        # What is lost on one link and not on another needs a pipeline for each vehicle.
        shared=not any(isinstance(one, Loss) for one in chosen.disturbance.operators))


class _Others:
    """Moves the stranger."""

    def __init__(self, chosen: Scene, names: tuple[str, ...]) -> None:
        self._scene, self._names = chosen, names

    def __call__(self, time: float, library: Any) -> None:
        vehicle, chosen = library.vehicle, self._scene
        since = time - chosen.begin
        if chosen.stranger is not None and STRANGER in vehicle.getIDList():
            self._move(vehicle, since, chosen)

    def _move(self, vehicle: Any, since: float, chosen: Scene) -> None:
        assert chosen.stranger is not None
        vehicle.setSpeedMode(STRANGER, 0)
        vehicle.setLaneChangeMode(STRANGER, 0)
        behind, ahead = self._names[chosen.stranger], self._names[chosen.stranger - 1]
        if since < 0.0:
            # Beside the gap, in its middle.
            middle = 0.5 * (
                vehicle.getLanePosition(ahead) + vehicle.getLanePosition(behind))
            off = middle - vehicle.getLanePosition(STRANGER)
            vehicle.setSpeed(
                STRANGER, max(vehicle.getSpeed(ahead) + min(max(0.5 * off, -4.0), 4.0), 0.0))
            return
        if since >= chosen.stranger_brakes:
            vehicle.setSpeed(STRANGER, max(vehicle.getSpeed(STRANGER) - 0.5, 0.0))
        else:
            vehicle.setSpeed(STRANGER, SPEED)
        leaves = since >= chosen.stranger_leaves
        vehicle.changeLane(STRANGER, 1 if leaves else 0, 100.0)


def string_run(
    folder: Path, count: int, name: str
) -> tuple[PlatoonRun, list[tuple[float, float, float]]]:
    """Return a run of sines, and frequency, begin and end [s] of what is measured of each."""
    config, names = platoon_road(folder, count, speed=SPEED, gap=14.0)
    parts, begin = [], BEGIN + 5.0
    for frequency in FREQUENCIES:
        period = 1.0 / frequency
        # The string answers for a while as before: the tail is seven time gaps behind.
        settle = max(math.ceil(12.0 / period), 1) * period
        end = begin + settle + max(math.ceil(20.0 / period), 1) * period
        parts.append((frequency, begin, settle + begin, end))
        begin = math.ceil(end + 8.0)

    def lead(time: float, speed: float) -> float:
        for frequency, start, _, end in parts:
            if start <= time < end:
                rate = 2.0 * math.pi * frequency
                # The speed goes up and down by 3 m/s at most, about that of the platoon.
                wave = min(1.0, 3.0 * rate)
                phase = rate * (time - start)
                return wave * math.cos(phase) + 0.05 * (
                    SPEED + wave / rate * math.sin(phase) - speed)
        return 0.5 * (SPEED - speed)

    disturbance, lag = Disturbance(), lambda place: 0.4
    if name == 'string_loss':
        disturbance = Disturbance((_LOSS,))
    elif name == 'string_delay':
        disturbance = Disturbance((_DELAY,))
    elif name == 'string_noise':
        disturbance = Disturbance(range_noise=0.15, speed_noise=0.1)
    elif name == 'string_lag':
        lag = lambda place: (0.4, 0.5, 0.3)[place % 3]  # noqa: E731
    run = PlatoonRun(
        config, names, begin, lead, disturbance=disturbance, lag=lag, shared=True)
    return run, [(frequency, start, end) for frequency, _, start, end in parts]


def peaks(record: PlatoonRecord, begin: float, end: float) -> dict[str, list[float]]:
    """Return the peaks of acceleration [m/s2] and of the gap error [m], from front to rear."""
    rows = (record.time >= begin) & (record.time < end)
    wanted = np.array([
        [spacing(float(h), 2.0, float(v))[0] for h, v in zip(*pair, strict=True)]
        for pair in zip(record.time_gap[rows], record.speed[rows], strict=True)])
    error = record.gap[rows] - wanted
    return {
        'acceleration': np.abs(record.acceleration[rows]).max(axis=0).tolist(),
        'error': np.abs(error).max(axis=0).tolist(),
        'time_gap': record.time_gap[rows].mean(axis=0).tolist()}



