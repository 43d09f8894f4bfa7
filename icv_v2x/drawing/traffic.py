# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of traffic: boxes with velocity, predicted ways, conflicts, and what is said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.drawing.palette import EGO, LEVELS, WHITE, faded
from icv_v2x.drawing.shapes import Kind, Shape, lifted
from icv_v2x.motion import state_at
from icv_v2x.scenarios.motions import ego_motion, motions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from icv_v2x.advisory.types import Advisory
    from icv_v2x.drawing.picture import Picture
    from icv_v2x.motion import PiecewiseMotion
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Where no height is told [m].
_HEIGHT = 1.5
# Predicted ways are drawn this far ahead, in steps of so much [s].
_AHEAD, _STEP = 4.0, 0.25
# Slower than this nobody has an arrow [m/s].
_MOVES = 0.3
_LETTERS = 0.9
_WAY = 0.25


def traffic_shapes(picture: Picture, parameters: Parameters) -> Iterator[Shape]:
    """Yield the shapes of ego, objects, predicted ways, conflicts and advisories."""
    tracks, ego = picture.tracks, picture.ego
    levels = _levels(picture.advisories)
    if ego is not None:
        yield from _ego_shapes(ego, parameters)
        yield from _mode_shapes(picture, ego)
    if tracks is None or not len(tracks):
        return
    names = [tracks.name(row) for row in range(len(tracks))]
    spoken = np.array([levels.get(name, Level.NONE) for name in names])
    yield from _conflict_shapes(picture, names, parameters)
    order = np.argsort(-spoken, kind='stable')
    yield from _object_shapes(tracks, names, spoken, order)
    rows = order[spoken[order] > Level.NONE]
    yield from _way_shapes(tracks.take(rows), [names[row] for row in rows], spoken[rows])


def _levels(advisories: tuple[Advisory, ...]) -> dict[str, Level]:
    """Return the highest level of what is said of each subject."""
    levels: dict[str, Level] = {}
    for advisory in advisories:
        for subject in advisory.subject_ids:
            levels[subject] = max(advisory.level, levels.get(subject, Level.NONE))
    return levels


def _ego_shapes(ego: EgoState, parameters: Parameters) -> Iterator[Shape]:
    height = ego.height if math.isfinite(ego.height) else _HEIGHT
    floor = ego.z if math.isfinite(ego.z) else 0.0
    yield Shape(
        'ego', 'box', Kind.BOX, np.array([[ego.x, ego.y, floor + 0.5 * height]]),
        (ego.length, ego.width, height), EGO, yaw=ego.heading)
    times = np.arange(0.0, _AHEAD + 1e-6, _STEP)
    way = state_at(ego_motion(ego, parameters), times)
    yield Shape(
        'ego', 'way', Kind.LINE, lifted(np.ravel(way.x), np.ravel(way.y), floor + 0.1),
        (_WAY, 0.0, 0.0), faded(EGO, 0.7))


def _mode_shapes(picture: Picture, ego: EgoState) -> Iterator[Shape]:
    if picture.mode == Mode.ACTIVE:
        return
    text = f'{picture.mode.name}: {picture.mode_reason}' if picture.mode_reason else (
        picture.mode.name)
    yield Shape(
        'advisories', 'mode', Kind.TEXT, lifted(np.array([ego.x]), np.array([ego.y]), ego.z)
        + np.array([0.0, 0.0, 4.0]), (0.0, 0.0, _LETTERS), WHITE, text=text)


def _object_shapes(
    tracks: Tracks, names: list[str], spoken: NDArray[np.int64], order: NDArray[np.intp],
) -> Iterator[Shape]:
    heights = np.where(np.isfinite(tracks.height), tracks.height, _HEIGHT)
    middles = lifted(tracks.x, tracks.y, np.nan_to_num(tracks.z) + 0.5 * heights)
    heading = np.nan_to_num(tracks.heading)
    front = np.column_stack([np.cos(heading), np.sin(heading), np.zeros(len(tracks))])
    tips = middles + front * tracks.speed[:, np.newaxis]
    moves = (np.abs(tracks.speed) > _MOVES) & np.isfinite(tracks.heading)
    for row in order.tolist():
        colour = LEVELS[Level(int(spoken[row]))]
        # Who is only extrapolated by now fades.
        opacity = 0.9 if tracks.age[row] < 1.0 else 0.4
        yield Shape(
            'objects', names[row], Kind.BOX, middles[row:row + 1],
            (float(tracks.length[row]), float(tracks.width[row]), float(heights[row])),
            faded(colour, opacity), yaw=float(heading[row]))
        if moves[row]:
            yield Shape(
                'velocity', names[row], Kind.ARROW,
                np.stack([middles[row], tips[row]]), (0.25, 0.6, 0.8), faded(colour, 0.9))


def _way_shapes(
    tracks: Tracks, names: list[str], spoken: NDArray[np.int64],
) -> Iterator[Shape]:
    usable = np.flatnonzero(np.isfinite(tracks.heading) & (np.abs(tracks.speed) > _MOVES))
    if not len(usable):
        return
    tracks = tracks.take(usable)
    times = np.arange(0.0, _AHEAD + 1e-6, _STEP)
    ways = state_at(
        motions(tracks, tracks.acceleration, _AHEAD), np.tile(times, (len(tracks), 1)))
    for place, row in enumerate(usable.tolist()):
        yield Shape(
            'paths', names[row], Kind.LINE,
            lifted(ways.x[place], ways.y[place], float(np.nan_to_num(tracks.z[place])) + 0.1),
            (_WAY, 0.0, 0.0), faded(LEVELS[Level(int(spoken[row]))], 0.8))


def _conflict_shapes(
    picture: Picture, names: list[str], parameters: Parameters,
) -> Iterator[Shape]:
    tracks = picture.tracks
    for advisory in picture.advisories:
        subject = advisory.subject_ids[0] if advisory.subject_ids else ''
        key = f'{advisory.application.name} {subject}'
        row = names.index(subject) if subject in names else -1
        place = _place(advisory, tracks, row)
        if place is not None:
            yield Shape(
                'advisories', key, Kind.TEXT, place + np.array([[0.0, 0.0, 3.0]]),
                (0.0, 0.0, _LETTERS), WHITE, text=_text(advisory))
        if not math.isfinite(advisory.conflict_x) or not math.isfinite(advisory.conflict_y):
            continue
        colour = LEVELS[advisory.level]
        height = 0.05 + (advisory.conflict_z if math.isfinite(advisory.conflict_z) else 0.0)
        middle = np.array([[advisory.conflict_x, advisory.conflict_y, height]])
        yield Shape(
            'conflicts', key, Kind.DISC, middle, (2.5 + 0.5 * advisory.level, 0.0, 0.1),
            faded(colour, 0.8))
        if row >= 0 and picture.ego is not None and tracks is not None:
            subjects = tracks.take(np.array([row]))
            yield from _meeting(key, advisory, picture.ego, subjects, parameters)


def _meeting(
    key: str, advisory: Advisory, ego: EgoState, subject: Tracks, parameters: Parameters,
) -> Iterator[Shape]:
    """Yield both footprints where they are predicted to be at the first contact."""
    time = advisory.time_to_conflict
    if not (math.isfinite(time) and np.isfinite(subject.heading[0])):
        return
    colour = faded(LEVELS[advisory.level], 0.3)
    horizon = parameters.collision.horizon
    sides: tuple[tuple[str, PiecewiseMotion, float, float], ...] = (
        ('ego', ego_motion(ego, parameters), ego.length, ego.width),
        ('subject', motions(subject, subject.acceleration, horizon),
         float(subject.length[0]), float(subject.width[0])),
    )
    for side, motion, length, width in sides:
        there = state_at(motion, min(time, horizon))
        yield Shape(
            'conflicts', f'{key} {side}', Kind.BOX,
            lifted(there.x, there.y, np.nan_to_num(ego.z) + 0.1),
            (length, width, 0.2), colour, yaw=float(there.heading[0]))


def _place(
    advisory: Advisory, tracks: Tracks | None, row: int,
) -> NDArray[np.float64] | None:
    """Return where an advisory is told: at its subject, else at its conflict."""
    if row >= 0 and tracks is not None:
        return lifted(tracks.x[row:row + 1], tracks.y[row:row + 1], tracks.z[row:row + 1])
    if math.isfinite(advisory.conflict_x) and math.isfinite(advisory.conflict_y):
        return lifted(
            np.array([advisory.conflict_x]), np.array([advisory.conflict_y]),
            advisory.conflict_z)
    return None


def _text(advisory: Advisory) -> str:
    time = advisory.time_to_conflict
    when = f' {time:.1f} s' if math.isfinite(time) else ''
    return f'{advisory.application.name} {advisory.level.name}{when}'
