# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the moving scene of a run in little memory: whole numbers, thinned when it grows long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

# Steps of the whole numbers on the page; a pixel of the closest view is about 2 cm.
POSITION_STEP = 0.01
HEADING_STEP = 0.001
SPEED_STEP = 0.1
SIZE_STEP = 0.1

_MISSING = np.iinfo(np.int32).min
_FRAME_INTERVAL = 100_000_000
# A cycle that comes a little early still counts as due.
_TOLERANCE = 2_000_000
_FARTHEST = 2.0e7


@dataclass(frozen=True)
class _Frame:
    stamp: int
    ego: NDArray[np.int32]
    track: NDArray[np.int32]
    values: NDArray[np.int32]


class SceneRecorder:
    """Ego and tracks over time, at most 10 Hz, bounded by dropping every second frame."""

    def __init__(self, *, samples: int = 500_000, tracks: int = 20_000) -> None:
        """Start empty.

        Args:
            samples: States kept at most; beyond, every second frame goes and the rate halves.
            tracks: Objects kept at most; later ones are counted in `omitted` and not drawn.
        """
        self.omitted = 0
        self._samples_maximum = samples
        self._tracks_maximum = tracks
        self._interval = _FRAME_INTERVAL
        self._frames: list[_Frame] = []
        self._samples = 0
        self._index: dict[tuple[int, int], int] = {}
        self._names: list[str] = []
        self._details: list[list[int]] = []
        self._ego_size: tuple[int | None, int | None] = (None, None)

    @property
    def interval(self) -> float:
        """[s] between the frames kept."""
        return self._interval / 1e9

    def add(self, stamp: int, ego: EgoState | None, tracks: Tracks | None) -> None:
        """Take one cycle.

        Args:
            stamp: Instant of the cycle [ns]; frames come in the order of their stamps.
            ego: The ego, None where it is not known.
            tracks: The objects, None where the source of the run does not hold them.
        """
        if tracks is None and ego is None:
            return
        if self._frames and stamp < self._frames[-1].stamp + self._interval - _TOLERANCE:
            return
        rows, values = self._quantised(tracks)
        self._frames.append(_Frame(stamp, self._quantised_ego(ego), rows, values))
        self._samples += 1 + len(rows)
        if self._samples > self._samples_maximum and len(self._frames) > 1:
            self._frames = self._frames[::2]
            self._samples = sum(1 + len(frame.track) for frame in self._frames)
            self._interval *= 2

    def document(self, origin: int) -> dict[str, Any] | None:
        """Return the scene in the form that the page reads, None if there is none.

        Positions are coded as start, first step and changes of the step, headings and speeds as
        start and steps, so that most numbers have one digit.

        Args:
            origin: Instant that the page calls zero [ns].
        """
        if not self._frames:
            return None
        times = [round((frame.stamp - origin) / 1e6) for frame in self._frames]
        ego = np.array([frame.ego for frame in self._frames], dtype=np.int64)
        present = ego[:, 0] != _MISSING
        return {
            'time': _steps(np.array(times, dtype=np.int64)),
            'interval': self.interval,
            'steps': [POSITION_STEP, HEADING_STEP, SPEED_STEP, SIZE_STEP],
            'ego': {
                'size': self._ego_size,
                'runs': _runs(np.flatnonzero(present), ego[present]),
            },
            'tracks': self._track_documents(),
        }

    def _quantised(self, tracks: Tracks | None) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        if tracks is None or len(tracks) == 0:
            return np.empty(0, np.int32), np.empty((0, 4), np.int32)
        placed = np.flatnonzero(
            (np.abs(tracks.x) < _FARTHEST) & (np.abs(tracks.y) < _FARTHEST))
        size = _whole(np.stack([tracks.length, tracks.width], axis=1)[placed], SIZE_STEP)
        details = np.column_stack([
            tracks.object_class[placed], size, tracks.source[placed], tracks.verification[placed],
        ]).tolist()
        keys = zip(
            tracks.sender_id[placed].tolist(), tracks.object_id[placed].tolist(), strict=True)
        indices = np.array([
            self._index_of(key, detail, tracks, row)
            for key, detail, row in zip(keys, details, placed.tolist(), strict=True)
        ], dtype=np.int32)
        rows = placed[indices >= 0]
        self.omitted += len(placed) - len(rows)
        values = np.stack([
            _whole(tracks.x[rows], POSITION_STEP),
            _whole(tracks.y[rows], POSITION_STEP),
            _whole(_wrapped(tracks.heading[rows]), HEADING_STEP),
            _whole(tracks.speed[rows], SPEED_STEP),
        ], axis=1)
        return indices[indices >= 0], values

    def _index_of(
        self, key: tuple[int, int], detail: list[int], tracks: Tracks, row: int
    ) -> int:
        index = self._index.get(key)
        if index is None:
            if len(self._names) >= self._tracks_maximum:
                return -1
            index = self._index[key] = len(self._names)
            self._names.append(tracks.name(row))
            self._details.append(detail)
        else:
            detail[3] |= self._details[index][3]
            self._details[index] = detail
        return index

    def _quantised_ego(self, ego: EgoState | None) -> NDArray[np.int32]:
        if ego is None or not (abs(ego.x) < _FARTHEST and abs(ego.y) < _FARTHEST):
            return np.full(4, _MISSING, dtype=np.int32)
        size = _whole(np.array([ego.length, ego.width]), SIZE_STEP)
        self._ego_size = (_number(int(size[0])), _number(int(size[1])))
        return np.array([
            _whole(np.array([ego.x]), POSITION_STEP)[0],
            _whole(np.array([ego.y]), POSITION_STEP)[0],
            _whole(_wrapped(np.array([ego.heading])), HEADING_STEP)[0],
            _whole(np.array([ego.speed]), SPEED_STEP)[0],
        ], dtype=np.int32)

    def _track_documents(self) -> list[dict[str, Any]]:
        track = np.concatenate([frame.track for frame in self._frames])
        if len(track) == 0:
            return []
        number = np.repeat(
            np.arange(len(self._frames)), [len(frame.track) for frame in self._frames])
        values = np.concatenate([frame.values for frame in self._frames]).astype(np.int64)
        order = np.lexsort((number, track))
        track, number, values = track[order], number[order], values[order]
        borders = np.flatnonzero(np.diff(track)) + 1
        documents = []
        for rows in np.split(np.arange(len(track)), borders):
            name, detail = self._names[track[rows[0]]], self._details[track[rows[0]]]
            documents.append({
                'id': name,
                'class': detail[0],
                'size': [_number(detail[1]), _number(detail[2])],
                'source': detail[3],
                'verification': detail[4],
                'runs': _runs(number[rows], values[rows]),
            })
        return documents


def _whole(values: NDArray[np.float64], step: float) -> NDArray[np.int32]:
    """Return values in whole steps, a marker where they are not finite or too large."""
    with np.errstate(invalid='ignore', over='ignore'):
        scaled = np.round(values / step)
        good = np.isfinite(scaled) & (np.abs(scaled) < -float(_MISSING))
    return np.where(good, np.where(good, scaled, 0.0), _MISSING).astype(np.int32)


def _wrapped(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return angles within half a turn of zero; what is not finite becomes NaN."""
    finite = np.where(np.isfinite(angle), angle, 0.0)
    return np.where(np.isfinite(angle), np.arctan2(np.sin(finite), np.cos(finite)), np.nan)


def _number(value: int) -> int | None:
    return None if value == _MISSING else value


def _runs(frames: NDArray[np.intp], values: NDArray[np.int64]) -> list[list[Any]]:
    """Return unbroken runs as first frame, x, y, heading, speed, the four of them coded."""
    runs: list[list[Any]] = []
    if len(frames) == 0:
        return runs
    for rows in np.split(np.arange(len(frames)), np.flatnonzero(np.diff(frames) != 1) + 1):
        part = values[rows]
        runs.append([
            int(frames[rows[0]]), _second_steps(part[:, 0]), _second_steps(part[:, 1]),
            _steps(part[:, 2]), _steps(part[:, 3]),
        ])
    return runs


def _steps(values: NDArray[np.int64]) -> list[int | None]:
    """Return the first value and then the step to each next one; None where a value is missing."""
    coded: list[int | None] = []
    last = 0
    for value in values.tolist():
        if value == _MISSING:
            coded.append(None)
        else:
            coded.append(value - last)
            last = value
    return coded


def _second_steps(values: NDArray[np.int64]) -> list[int]:
    """Return the first value, the first step, and then the change of the step."""
    first: list[int] = values[:1].tolist()
    steps = np.diff(values)
    return first + np.diff(steps, prepend=0).tolist() if len(steps) else first
