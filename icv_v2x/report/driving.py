# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Stops and energy of the own vehicle, apart where it followed speed advice and where not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Application

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.pipeline import Cycle

_SECOND = 1e9
# A stop is a speed below the first, until one above the second [m/s].
_STOPPED, _MOVING = 0.1, 1.0
# Steps longer than this are gaps of the record [s].
_GAP = 0.5
# Road load of a car: rolling [m/s2], drag [1/m].
_ROLLING, _DRAG = 0.1, 3.5e-4
# Speeds this near to the advised interval, or to its profile, follow it [m/s].
_NEAR = 1.0


class Way(Enum):
    """How a stretch was driven."""

    FOLLOWED = 'following speed advice'
    OTHERWISE = 'not following it'
    UNADVISED = 'without speed advice'


@dataclass
class Stretch:
    """What was driven in one way.

    Attributes:
        distance: [m].
        duration: [s].
        stops: Stops that began.
        energy: Work at the wheels against inertia, rolling and drag, of each kilogram [J/kg];
            braking gives nothing back.
    """

    distance: float = 0.0
    duration: float = 0.0
    stops: int = 0
    energy: float = 0.0

    @property
    def text(self) -> str:
        """The measure in words."""
        kilometres = max(1e-3 * self.distance, 1e-3)
        return (
            f'{1e-3 * self.distance:.2f} km in {self.duration:.0f} s, '
            f'{self.stops / kilometres:.1f} stops and {1e-3 * self.energy / kilometres:.2f} '
            'kJ/kg a km')


class DrivingMeasure:
    """Adds up the own vehicle's motion cycle by cycle.

    Attributes:
        stretches: Way of driving to what was driven so.
    """

    def __init__(self) -> None:
        """Begin with nothing driven."""
        self.stretches = {way: Stretch() for way in Way}
        self._before: tuple[int, float] | None = None
        self._moving = True

    def add(self, cycle: Cycle) -> None:
        """Take one cycle in."""
        if cycle.ego is None:
            self._before = None
            return
        speed = max(cycle.ego.speed, 0.0)
        before, self._before = self._before, (cycle.stamp, speed)
        if before is None:
            return
        duration = (cycle.stamp - before[0]) / _SECOND
        if not 0.0 < duration <= _GAP:
            return
        stretch = self.stretches[_way(cycle.advisories, speed)]
        mean = 0.5 * (speed + before[1])
        force = (speed - before[1]) / duration + _ROLLING + _DRAG * mean**2
        stretch.distance += mean * duration
        stretch.duration += duration
        stretch.energy += max(force, 0.0) * mean * duration
        stretch.stops += self._moving and speed < _STOPPED
        self._moving = speed > _MOVING or (self._moving and speed >= _STOPPED)

    def lines(self) -> list[str]:
        """Return a sentence for each way of driving; none where nothing was ever advised."""
        advised = self.stretches[Way.FOLLOWED].duration + self.stretches[Way.OTHERWISE].duration
        if advised <= 0.0:
            return []
        return [
            f'{way.value}: {stretch.text}' for way, stretch in self.stretches.items()
            if stretch.duration > 0.0]


def _way(advisories: tuple[Advisory, ...], speed: float) -> Way:
    advice = next((a for a in advisories if a.application == Application.GLOSA), None)
    if advice is None or not advice.stop_profile_time:
        return Way.UNADVISED
    profile = float(np.interp(_NEAR, advice.stop_profile_time, advice.stop_profile_speed))
    inside = advice.speed_min - _NEAR <= speed <= advice.speed_max + _NEAR
    return Way.FOLLOWED if inside or abs(speed - profile) <= _NEAR else Way.OTHERWISE
