# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what the road side told during a run: events and signs over time, changes of lights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.road_events.codes import Sign, event_name, figure, sign_name
from icv_v2x.translate.road_events import RoadEventKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.signals import Signals
    from icv_v2x.translate.road_events import RoadEvents

# Step of the whole numbers on the page [m].
STEP = 0.05

_EVENTS = 1_000
_POINTS = 30_000
_CHANGES = 50_000
_TEXT, _NAME = 80, 40
_FIGURES = (
    Sign.SPEED_LIMIT, Sign.HEIGHT_LIMIT, Sign.WIDTH_LIMIT, Sign.MASS_LIMIT, Sign.AXLE_LOAD_LIMIT,
)


@dataclass
class _Told:
    document: dict[str, Any]
    start: int
    end: int | None = None


class RoadSideRecorder:
    """Events, signs and lights over time, bounded; an event that moves is shown anew."""

    def __init__(self) -> None:
        """Start empty."""
        self.omitted = 0
        self._last: RoadEvents | None = None
        self._told: dict[tuple[Any, ...], _Told] = {}
        self._points = 0
        self._lights: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        self._changes = 0

    def add(self, stamp: int, events: RoadEvents | None, signals: Signals | None) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns].
            events: What is told, None where the source of the run does not hold it.
            signals: What signals show, likewise.
        """
        if events is not None and events is not self._last:
            self._last = events
            self._take_events(stamp, events)
        if signals is not None:
            self._take_lights(stamp, signals)

    @property
    def names(self) -> dict[str, str]:
        """What a person calls the events, by their ids."""
        return {
            told.document['id']: str(told.document['name'])[:_NAME]
            for told in self._told.values()
        }

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return it in the form that the page reads, None if nothing was told.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        if not self._told and not self._lights:
            return None

        def milliseconds(stamp: int) -> int:
            return round((stamp - origin) / 1e6)

        return {
            'step': STEP,
            'events': [
                {**told.document, 'from': milliseconds(told.start),
                 'to': None if told.end is None else milliseconds(told.end)}
                for told in self._told.values()
            ],
            'lights': [
                {'region': region, 'node': node, 'phase': phase,
                 'time': [milliseconds(stamp) for stamp, _ in changes],
                 'light': [light for _, light in changes]}
                for (region, node, phase), changes in self._lights.items()
            ],
        }

    def _take_events(self, stamp: int, events: RoadEvents) -> None:
        present = {_key(events, row): row for row in range(len(events))}
        for key, told in self._told.items():
            if key in present:
                told.end = None
            elif told.end is None:
                told.end = stamp
        for key, row in present.items():
            if key in self._told:
                continue
            document, points = _document(events, row)
            if len(self._told) >= _EVENTS or self._points + points > _POINTS:
                self.omitted += 1
                continue
            self._points += points
            self._told[key] = _Told(document, stamp)

    def _take_lights(self, stamp: int, signals: Signals) -> None:
        columns = zip(
            signals.region.tolist(), signals.intersection_id.tolist(),
            signals.phase_id.tolist(), signals.light.tolist(), strict=True)
        heard = set()
        for region, node, phase, light in columns:
            heard.add((region, node, phase))
            self._show((region, node, phase), stamp, light)
        for key in self._lights.keys() - heard:
            self._show(key, stamp, 0)

    def _show(self, key: tuple[int, int, int], stamp: int, light: int) -> None:
        changes = self._lights.get(key)
        if changes is not None and changes[-1][1] == light:
            return
        if self._changes >= _CHANGES:
            self.omitted += 1
            return
        self._changes += 1
        self._lights.setdefault(key, []).append((stamp, light))


def _key(events: RoadEvents, row: int) -> tuple[Any, ...]:
    """Return what an event is known by: its name, meaning and place."""
    paths = np.flatnonzero(events.path_event == row).tolist()
    return (
        events.name(row), int(events.code[row]), events.description[row],
        _whole(float(events.x[row])), _whole(float(events.y[row])),
        *(np.round(events.path(path) / STEP).tobytes() for path in paths))


def _document(events: RoadEvents, row: int) -> tuple[dict[str, Any], int]:
    paths = np.flatnonzero(events.path_event == row).tolist()
    kind, code = int(events.kind[row]), int(events.code[row])
    text = events.description[row][:_TEXT]
    name = {
        RoadEventKind.EVENT: event_name(code), RoadEventKind.SIGN: sign_name(code, text),
        RoadEventKind.LANE: 'Lane coordination',
    }[RoadEventKind(kind)]
    number = figure(events.description[row]) if code in _FIGURES else math.nan
    radius = float(events.radius[row])
    return {
        'id': events.name(row),
        'kind': kind,
        'name': name,
        'text': text,
        'limit': code == Sign.SPEED_LIMIT,
        'figure': number if kind == RoadEventKind.SIGN and math.isfinite(number) else None,
        'x': _whole(float(events.x[row])),
        'y': _whole(float(events.y[row])),
        'radius': round(radius, 1) if math.isfinite(radius) else None,
        'paths': [
            {'width': round(2.0 * float(events.path_half_width[path]), 1),
             'line': _steps(events.path(path))}
            for path in paths
        ],
    }, sum(len(events.path(path)) for path in paths)


def _whole(value: float) -> int | None:
    return round(value / STEP) if math.isfinite(value) else None


def _steps(line: NDArray[np.float64]) -> list[list[int]]:
    """Return x and y of a line in whole steps, the first value and then the changes."""
    whole = np.round(line / STEP).astype(np.int64)
    return [np.diff(column, prepend=0).tolist() for column in whole.T]
