# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a person is shown of the present: mode, what is said, who is around, how inputs are."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.trust.levels import TrustLevel

if TYPE_CHECKING:
    from icv_v2x.advisory.types import Advisory
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Rates are those of so much time [s].
_SPAN = 2.0
# An input that was heard and is silent for longer than this is late [s].
_LATE = 1.0
_KEPT = 4_000


class Health(IntEnum):
    """How an input is."""

    GOOD = 0
    WARN = 1
    BAD = 2


@dataclass(frozen=True)
class InputLine:
    """One input.

    Attributes:
        name: Its topic, or what else is told of.
        health: How it is.
        text: What is known of it.
    """

    name: str
    health: Health
    text: str


@dataclass(frozen=True)
class TrackLine:
    """One object, seen from the ego.

    Attributes:
        name: Its id.
        kind: What it is.
        ahead: [m] of its centre along the ego's heading.
        left: [m] across it, left positive.
        speed: [m/s].
        age: [s] of its state.
        level: Highest level of what is said of it.
        doubt: Why it is believed less, empty for no reason.
    """

    name: str
    kind: str
    ahead: float
    left: float
    speed: float
    age: float
    level: Level
    doubt: str


@dataclass(frozen=True)
class LiveView:
    """The present.

    Attributes:
        time: Of the view in words.
        mode: State of the package, None while it is not heard.
        reason: Why it is not ACTIVE.
        ego: The ego in words.
        advisories: What is said, the most urgent first.
        tracks: Objects, those spoken of first, then the nearest.
        count: How many objects there are in all.
        inputs: Inputs and their health, the worst first.
    """

    time: str
    mode: Mode | None
    reason: str
    ego: str
    advisories: tuple[Advisory, ...] = ()
    tracks: tuple[TrackLine, ...] = ()
    count: int = 0
    inputs: tuple[InputLine, ...] = field(default=())


def track_lines(
    tracks: Tracks, ego: EgoState | None, advisories: tuple[Advisory, ...], most: int,
) -> tuple[TrackLine, ...]:
    """Return the objects that matter most.

    Args:
        tracks: All objects.
        ego: The ego, None while unknown: places are then those of the map.
        advisories: What is said.
        most: How many lines at most.
    """
    if not len(tracks):
        return ()
    levels: dict[str, Level] = {}
    for advisory in advisories:
        for subject in advisory.subject_ids:
            levels[subject] = max(advisory.level, levels.get(subject, Level.NONE))
    x, y, heading = (0.0, 0.0, 0.0) if ego is None else (ego.x, ego.y, ego.heading)
    east, north = tracks.x - x, tracks.y - y
    ahead = east * math.cos(heading) + north * math.sin(heading)
    left = north * math.cos(heading) - east * math.sin(heading)
    spoken = np.array([
        levels.get(tracks.name(row), Level.NONE) if levels else Level.NONE
        for row in range(len(tracks))])
    order = np.lexsort((np.hypot(east, north), -spoken))[:most]
    return tuple(
        TrackLine(
            tracks.name(row), ObjectClass(int(tracks.object_class[row])).name.lower(),
            float(ahead[row]), float(left[row]), float(tracks.speed[row]),
            float(tracks.age[row]), Level(int(spoken[row])), _doubt(tracks, row))
        for row in order.tolist())


def _doubt(tracks: Tracks, row: int) -> str:
    if tracks.trust[row] != TrustLevel.NO_DOUBT:
        return TrustLevel(int(tracks.trust[row])).name.lower()
    return '' if tracks.verification[row] == 1 else 'not verified'


def ego_text(ego: EgoState | None) -> str:
    """Return the ego in a few words."""
    if ego is None:
        return 'no pose'
    return f'{3.6 * ego.speed:.0f} km/h, pose {ego.age:.2f} s old'


class InputMeter:
    """Rates and silences of inputs by their times; bounded."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self._times: dict[str, deque[float]] = {}
        self._units: dict[str, int] = {}

    def count(self, name: str, time: float, units: int = 1) -> None:
        """Note a message.

        Args:
            name: Of the input.
            time: When it came [s].
            units: What is in it, such as frames.
        """
        times = self._times.setdefault(name, deque(maxlen=_KEPT))
        times.append(time)
        self._units[name] = self._units.get(name, 0) + units

    def lines(self, now: float) -> tuple[InputLine, ...]:
        """Return every input that was ever heard, the worst first; `now` in s."""
        found = []
        for name, times in self._times.items():
            silent = now - times[-1]
            while times and now - times[0] > _SPAN and len(times) > 1:
                times.popleft()
            rate = sum(now - time <= _SPAN for time in times) / _SPAN
            health = Health.WARN if silent > _LATE else Health.GOOD
            text = f'{rate:.0f} Hz, {self._units[name]} in all'
            if health != Health.GOOD:
                text = f'silent for {silent:.1f} s, {self._units[name]} in all'
            found.append(InputLine(name, health, text))
        return tuple(sorted(found, key=lambda line: (-line.health, line.name)))
