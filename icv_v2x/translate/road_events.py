# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road events, traffic signs and statements about lanes in the map frame, of any source."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

NOT_GIVEN = -1
"""Region of a link that the sender does not give."""

# Names of events lie above those of perceived objects, which reach 2**17.
_NAME_STEP = 1 << 20


class RoadEventKind(IntEnum):
    """What is told (constants of `icv_v2x_msgs/RoadEventArray`)."""

    EVENT = 0
    SIGN = 1
    LANE = 2


@dataclass(frozen=True)
class RoadEvents:
    """Events, signs and statements about lanes, n of them, with paths and links; lists in rows.

    Attributes:
        sender_id: (n,) uint64, road-side unit.
        event_id: (n,) int32, number that the sender gives it among its kind.
        kind: (n,) uint8, values of `RoadEventKind`.
        code: (n,) uint32, GB/T 29100-2012 event or GB 5768.2 sign, 0: text only.
        origin: (n,) uint8, values of `EventSource`.
        vehicle_types: (n,) uint8, bits of `AuxiliarySignVehicleType`, 0: all vehicles.
        speed: (n,) [m/s] recommended by roadside coordination, NaN: none.
        behavior: (n,) uint16, bits of `DriveBehavior` that it recommends.
        information: (n,) uint8, bits of `CoordinationInfo`.
        x: (n,) [m] place, NaN: not given.
        y: (n,) [m].
        z: (n,) [m], NaN: unknown.
        radius: (n,) [m] how far around the place it matters, NaN: not given.
        priority: (n,) uint8, 0 to 7, larger is more urgent.
        confidence: (n,) [0..1], NaN: not given.
        begin: (n,) int64 [ns since the Unix epoch], 0: open.
        end: (n,) int64 [ns since the Unix epoch], 0: open.
        description: n texts, empty where there is none.
        time: (n,) int64, when it was told last [ns since the Unix epoch].
        verification: (n,) uint8, values of `Verification`.
        signer: (n,) uint64, certificate digest, 0: none given.
        corroborated: (n,) bool, another verified sender tells the same.
        path_event: (k,) row of the event that each path belongs to, ascending.
        path_half_width: (k,) [m].
        path_begin: (k + 1,) first point of each path.
        path_x: (p,) [m] in travel direction.
        path_y: (p,) [m].
        link_event: (m,) row of the event that each link belongs to, ascending.
        link_region: (m,) of the downstream node, `NOT_GIVEN` where not given.
        link_upstream: (m,) int32, number of the node.
        link_downstream: (m,) int32.
        link_lanes: (m,) uint16, bit i: lane i; 0: all lanes.
    """

    sender_id: NDArray[np.uint64]
    event_id: NDArray[np.int32]
    kind: NDArray[np.uint8]
    code: NDArray[np.uint32]
    origin: NDArray[np.uint8]
    vehicle_types: NDArray[np.uint8]
    speed: Floats
    behavior: NDArray[np.uint16]
    information: NDArray[np.uint8]
    x: Floats
    y: Floats
    z: Floats
    radius: Floats
    priority: NDArray[np.uint8]
    confidence: Floats
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    description: tuple[str, ...]
    time: NDArray[np.int64]
    verification: NDArray[np.uint8]
    signer: NDArray[np.uint64]
    corroborated: NDArray[np.bool_]
    path_event: Rows
    path_half_width: Floats
    path_begin: Rows
    path_x: Floats
    path_y: Floats
    link_event: Rows
    link_region: NDArray[np.int32]
    link_upstream: NDArray[np.int32]
    link_downstream: NDArray[np.int32]
    link_lanes: NDArray[np.uint16]

    def __len__(self) -> int:
        """Return the number of events."""
        return len(self.event_id)

    def name(self, row: int) -> str:
        """Return the id of one event as advisories give it: `HEX:number`.

        The number is that of the sender and (1 + kind) * 2**20, so that no perceived object of
        the same sender has it.
        """
        number = (1 + int(self.kind[row])) * _NAME_STEP + int(self.event_id[row])
        return f'{int(self.sender_id[row]):016X}:{number}'

    def path(self, path: int) -> Floats:
        """Return the points of a path, (M, 2) [m]."""
        points = slice(self.path_begin[path], self.path_begin[path + 1])
        return np.column_stack([self.path_x[points], self.path_y[points]])

    def same_but_time(self, others: RoadEvents) -> bool:
        """Return whether others say the same in every bit, whenever they were told."""
        return self.description == others.description and all(
            getattr(self, name).tobytes() == getattr(others, name).tobytes() for name in _TOLD)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> RoadEvents:
        """Return the events of a mask (n,) or of rows (r,), in that order, with their lists."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, np.int64)
        if len(chosen) == len(self) and bool(np.all(np.diff(chosen) == 1)):
            return self
        columns: dict[str, Any] = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        columns['description'] = tuple(self.description[row] for row in chosen.tolist())
        paths, owner = _lists_of(chosen, self.path_event)
        columns['path_event'] = owner
        columns['path_half_width'] = self.path_half_width[paths]
        counts = np.diff(self.path_begin)[paths]
        points = _ranges(self.path_begin[paths], counts)
        columns['path_begin'] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        columns['path_x'], columns['path_y'] = self.path_x[points], self.path_y[points]
        links, columns['link_event'] = _lists_of(chosen, self.link_event)
        for name in _LINKS:
            columns[name] = getattr(self, name)[links]
        return RoadEvents(**columns)


_COLUMNS = tuple(
    f.name for f in fields(RoadEvents)
    if not f.name.startswith(('path_', 'link_')) and f.name != 'description'
)
# All that is told by arrays, but when, and what the store makes of it.
_TOLD = tuple(
    f.name for f in fields(RoadEvents) if f.name not in ('description', 'time', 'corroborated'))
_LINKS = ('link_region', 'link_upstream', 'link_downstream', 'link_lanes')
_TYPES: dict[str, type[np.generic]] = {
    'sender_id': np.uint64, 'event_id': np.int32, 'kind': np.uint8, 'code': np.uint32,
    'origin': np.uint8, 'vehicle_types': np.uint8, 'behavior': np.uint16,
    'information': np.uint8, 'priority': np.uint8, 'begin': np.int64, 'end': np.int64,
    'time': np.int64, 'verification': np.uint8, 'signer': np.uint64, 'corroborated': np.bool_,
    'path_event': np.int64, 'path_begin': np.int64, 'link_event': np.int64,
    'link_region': np.int32, 'link_upstream': np.int32, 'link_downstream': np.int32,
    'link_lanes': np.uint16,
}


def printable(text: str) -> str:
    """Return a text without what steers a terminal or breaks a line."""
    return text if text.isprintable() else ''.join(
        letter if letter.isprintable() else ' ' for letter in text).strip()


def event_of_name(name: str) -> tuple[int, int, int] | None:
    """Return sender, kind and number of an event's name, None for the name of another thing."""
    sender, _, number = name.partition(':')
    kind, event = divmod(int(number or 0), _NAME_STEP)
    if not 1 <= kind <= len(RoadEventKind):
        return None
    return int(sender, 16), kind - 1, event


def column_type(name: str) -> type[np.generic]:
    """Return the element type of an array of `RoadEvents`."""
    return _TYPES.get(name, np.float64)


def no_road_events() -> RoadEvents:
    """Return an empty set of events."""
    columns: dict[str, Any] = {
        f.name: np.zeros(1 if f.name == 'path_begin' else 0, column_type(f.name))
        for f in fields(RoadEvents) if f.name != 'description'
    }
    return RoadEvents(**columns, description=())


def joined(parts: Sequence[RoadEvents]) -> RoadEvents:
    """Return events end to end."""
    parts = [part for part in parts if len(part)] or [no_road_events()]
    if len(parts) == 1:
        return parts[0]
    rows = np.cumsum([0, *(len(part) for part in parts)])
    points = np.cumsum([0, *(len(part.path_x) for part in parts)])
    columns: dict[str, Any] = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(RoadEvents) if f.name not in ('description', 'path_begin')
    }
    for name in ('path_event', 'link_event'):
        columns[name] = np.concatenate([
            getattr(part, name) + row for part, row in zip(parts, rows, strict=False)])
    columns['path_begin'] = np.concatenate([
        *(part.path_begin[:-1] + point for part, point in zip(parts, points, strict=False)),
        points[-1:],
    ])
    return RoadEvents(**columns, description=tuple(
        text for part in parts for text in part.description))


def _lists_of(chosen: Rows, owner: Rows) -> tuple[Rows, Rows]:
    """Return the entries of a list that belong to chosen rows, and their places among those."""
    first, last = np.searchsorted(owner, chosen), np.searchsorted(owner, chosen, side='right')
    counts = last - first
    return _ranges(first, counts), np.repeat(np.arange(len(chosen)), counts)


def _ranges(first: NDArray[Any], counts: NDArray[Any]) -> Rows:
    """Return the whole numbers first, first + 1, .. of every range, end to end."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    rows: Rows = np.arange(total) + np.repeat(first - (ends - counts), counts)
    return rows
