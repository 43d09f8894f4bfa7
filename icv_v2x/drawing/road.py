# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of the road: lanes, signals at their stop lines, events and signs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.drawing.palette import GREY, LIGHTS, ORANGE, SKY, WHITE, faded
from icv_v2x.drawing.shapes import Kind, Shape, lifted
from icv_v2x.road_events.codes import event_name, sign_name
from icv_v2x.translate.lanes import LaneType
from icv_v2x.translate.road_events import RoadEventKind
from icv_v2x.translate.signal_reports import Light

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState

    Floats = NDArray[np.float64]

_LETTER = {
    Light.FLASHING_RED: 'R', Light.RED: 'R', Light.FLASHING_GREEN: 'G',
    Light.PERMISSIVE_GREEN: 'G', Light.PROTECTED_GREEN: 'G', Light.YELLOW: 'Y',
    Light.FLASHING_YELLOW: 'Y',
}
# Times left are told this far from the ego [m].
_TOLD = 200.0


def lane_shapes(roads: RoadModel) -> Iterator[Shape]:
    """Yield the borders of the lanes of each node as one shape, its crosswalks as another."""
    lanes = roads.lanes
    keys = np.stack([lanes.region, lanes.node], axis=1)
    for region, node in np.unique(keys, axis=0).tolist():
        mine = np.flatnonzero((lanes.region == region) & (lanes.node == node))
        borders, stripes = [], []
        for lane in mine.tolist():
            line = _line(roads, lane)
            if len(line) < 2:
                continue
            if lanes.lane_type[lane] == LaneType.CROSSWALK:
                stripes.append(_segments(line))
                continue
            half = 0.5 * float(lanes.width[lane])
            borders += [_segments(_aside(line, side * half)) for side in (1.0, -1.0)]
        for way in np.flatnonzero(np.isin(lanes.connections.lane, mine)).tolist():
            line = roads.connection_line(way)
            if len(line) > 1:
                stripes.append(_segments(lifted(line[:, 0], line[:, 1], 0.0)))
        name = f'{region}:{node}'
        if borders:
            yield Shape(
                'lanes', name, Kind.SEGMENTS, np.concatenate(borders), (0.12, 0.0, 0.0), GREY,
                standing=True)
        if stripes:
            yield Shape(
                'lanes', f'{name} over the node', Kind.SEGMENTS, np.concatenate(stripes),
                (0.1, 0.0, 0.0), faded(GREY, 0.4), standing=True)


def signal_shapes(
    roads: RoadModel, signals: Signals, ego: EgoState | None,
) -> Iterator[Shape]:
    """Yield the stop line of every lane that a phase rules, one part for each phase."""
    lanes, connections = roads.lanes, roads.lanes.connections
    for lane in np.unique(connections.lane[connections.phase >= 0]).tolist():
        line = _line(roads, lane)
        if len(line) < 2 or lanes.lane_type[lane] != LaneType.VEHICLE:
            continue
        phases = np.unique(connections.phase[
            (connections.lane == lane) & (connections.phase >= 0)]).tolist()
        step = line[-1] - line[-2]
        across = np.array([-step[1], step[0], 0.0]) / max(float(np.hypot(*step[:2])), 1e-6)
        for place, phase in enumerate(phases):
            row = signals.row(int(lanes.region[lane]), int(lanes.node[lane]), phase)
            light = Light.UNAVAILABLE if row is None else Light(int(signals.light[row]))
            begin, end = (
                line[-1] + across * float(lanes.width[lane]) * (0.5 - share / len(phases))
                for share in (place, place + 1))
            name = f'{lanes.region[lane]}:{lanes.node[lane]}:{lane}:{phase}'
            yield Shape(
                'signals', name, Kind.LINE, np.stack([begin, end]) + np.array([0.0, 0.0, 0.1]),
                (0.6, 0.0, 0.0), LIGHTS[light], standing=True)
            middle = 0.5 * (begin + end)
            near = ego is None or math.hypot(middle[0] - ego.x, middle[1] - ego.y) <= _TOLD
            if near and row is not None and light in _LETTER:
                yield Shape(
                    'signals', f'{name} text', Kind.TEXT,
                    middle[np.newaxis] + np.array([0.0, 0.0, 1.5]), (0.0, 0.0, 0.9),
                    LIGHTS[light], text=_left(_LETTER[light], signals, row), standing=True)


def event_shapes(events: RoadEvents) -> Iterator[Shape]:
    """Yield places, stretches and names of what the road side tells of."""
    for row in range(len(events)):
        kind, name = RoadEventKind(int(events.kind[row])), events.name(row)
        colour = ORANGE if kind == RoadEventKind.EVENT else SKY
        stretches = []
        for path in np.flatnonzero(events.path_event == row).tolist():
            points = slice(events.path_begin[path], events.path_begin[path + 1])
            x, y = events.path_x[points], events.path_y[points]
            if len(x) > 1:
                stretches.append(_segments(lifted(x, y, events.z[row] + 0.05)))
        if stretches:
            yield Shape(
                'road_events', f'{name} stretch', Kind.SEGMENTS, np.concatenate(stretches),
                (0.8, 0.0, 0.0), faded(colour, 0.35), standing=True)
        place = _place(events, row, stretches)
        if place is not None:
            yield Shape(
                'road_events', name, Kind.DISC, place, (2.0, 0.0, 0.2), colour, standing=True)
            yield Shape(
                'road_events', f'{name} text', Kind.TEXT, place + np.array([0.0, 0.0, 2.5]),
                (0.0, 0.0, 0.9), WHITE, text=_words(events, row, kind), standing=True)


def _place(events: RoadEvents, row: int, stretches: list[Floats]) -> Floats | None:
    if np.isfinite(events.x[row]) and np.isfinite(events.y[row]):
        return lifted(events.x[row:row + 1], events.y[row:row + 1], events.z[row:row + 1])
    return stretches[0][:1] if stretches else None


def _words(events: RoadEvents, row: int, kind: RoadEventKind) -> str:
    code, text = int(events.code[row]), events.description[row]
    if kind == RoadEventKind.EVENT:
        return event_name(code)
    return sign_name(code, text) if kind == RoadEventKind.SIGN else text[:40] or 'lane'


def _left(letter: str, signals: Signals, row: int) -> str:
    likely = float(signals.time_to_end_likely[row])
    return f'{letter} {likely:.0f}' if math.isfinite(likely) and likely < 1000.0 else letter


def _line(roads: RoadModel, lane: int) -> Floats:
    lanes = roads.lanes
    points = slice(lanes.begin[lane], lanes.begin[lane + 1])
    return lifted(lanes.x[points], lanes.y[points], lanes.z[points])


def _segments(line: Floats) -> Floats:
    """Return a line (n, 3) as pairs of ends (2 (n - 1), 3)."""
    return np.repeat(line, 2, axis=0)[1:-1]


def _aside(line: Floats, distance: float) -> Floats:
    """Return a line moved to its left [m]."""
    steps = np.gradient(line[:, :2], axis=0)
    length = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)
    moved = line.copy()
    moved[:, 0] -= distance * steps[:, 1] / length
    moved[:, 1] += distance * steps[:, 0] / length
    return moved
