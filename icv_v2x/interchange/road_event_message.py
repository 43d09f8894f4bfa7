# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road events, signs and statements about lanes as an icv_v2x_msgs/RoadEventArray and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import BatchError
from icv_v2x.translate.road_events import (
    NOT_GIVEN,
    RoadEventKind,
    RoadEvents,
    column_type,
    printable,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_EVENTS = 4096
_POINTS = 200_000
_SECOND = 1_000_000_000
# The greatest coordinate and time that are believed [m], [s].
_FARTHEST = 1e7
_OLDEST = 3600.0

# Array to what an empty one stands for.
_PER_EVENT: dict[str, float] = {
    'sender_id': 0, 'origin': 0, 'vehicle_types': 0, 'speed': np.nan, 'behavior': 0,
    'information': 0, 'x': np.nan, 'y': np.nan, 'z': np.nan, 'radius': np.nan, 'priority': 0,
    'confidence': np.nan, 'begin': 0, 'end': 0, 'verification': 0, 'signer': 0,
    'corroborated': False,
}
_SAME_NAMES = ('event_id', 'kind', 'code', *_PER_EVENT)
_OF_LINKS = ('link_upstream', 'link_downstream')


def road_event_arrays(events: RoadEvents, stamp: int) -> dict[str, Any]:
    """Return the arrays of an icv_v2x_msgs/RoadEventArray, the texts as a list.

    Args:
        events: The events.
        stamp: Instant of the message [ns since the Unix epoch].
    """
    return {
        **{name: getattr(events, name) for name in _SAME_NAMES},
        'description': list(events.description),
        'age': np.maximum(stamp - events.time, 0) / _SECOND,
        'path_event': events.path_event.astype(np.uint32),
        'path_half_width': events.path_half_width,
        'path_begin': events.path_begin[:-1].astype(np.uint32),
        'path_x': events.path_x,
        'path_y': events.path_y,
        'link_event': events.link_event.astype(np.uint32),
        'link_region': events.link_region,
        'link_upstream': events.link_upstream,
        'link_downstream': events.link_downstream,
        'link_lanes': events.link_lanes,
    }


def road_events(message: Any) -> RoadEvents:
    """Return what an icv_v2x_msgs/RoadEventArray in frame `map` holds.

    Args:
        message: Object with the fields of the message; of its arrays `event_id`, `kind` and
            `code` are needed.

    Returns:
        The events; `time` is that of the message less the age.

    Raises:
        BatchError: Another frame, arrays that do not agree, or values that are none.
    """
    count = len(message.event_id)
    if str(message.header.frame_id) != 'map':
        raise BatchError(
            f'road events in frame {str(message.header.frame_id)!r}, expected map',
            max(count, 1))
    if count > _EVENTS or len(message.path_x) > _POINTS:
        raise BatchError(
            f'{count} road events with {len(message.path_x)} points, at most {_EVENTS} and '
            f'{_POINTS}', count)
    columns: dict[str, Any] = {
        name: _column(message, name, count, _PER_EVENT.get(name)) for name in _SAME_NAMES}
    kind = columns['kind']
    if (kind > max(RoadEventKind)).any():
        raise BatchError(
            f'kind = {int(kind.max())}, expected 0 to {int(max(RoadEventKind))}', count)
    age = _column(message, 'age', count, 0.0)
    if not ((age >= 0.0) & (age <= _OLDEST)).all():
        raise BatchError(f'an age of a road event is not 0 to {_OLDEST:g} s', count)
    stamp = int(message.header.stamp.sec) * _SECOND + int(message.header.stamp.nanosec)
    texts = [printable(str(text)) for text in message.description]
    if len(texts) not in (0, count):
        raise BatchError(f'description has {len(texts)} entries, event_id has {count}', count)
    return RoadEvents(
        **columns,
        description=tuple(texts or [''] * count),
        time=stamp - np.rint(age * _SECOND).astype(np.int64),
        **_paths(message, count),
        **_links(message, count),
    )


def _column(message: Any, name: str, count: int, otherwise: float | None) -> Array:
    values = np.asarray(getattr(message, name), column_type(name))
    if not len(values) and otherwise is not None:
        return np.full(count, otherwise, column_type(name))
    if len(values) != count:
        raise BatchError(
            f'{name} has {len(values)} entries, event_id has {count}', max(count, 1))
    return values


def _owners(message: Any, name: str, count: int) -> Array:
    owner = np.asarray(getattr(message, name), np.int64)
    if (owner >= count).any() or (np.diff(owner) < 0).any():
        raise BatchError(f'{name} names no event, or not in ascending order', max(count, 1))
    return owner


def _paths(message: Any, count: int) -> dict[str, Array]:
    owner = _owners(message, 'path_event', count)
    x, y = np.asarray(message.path_x, np.float64), np.asarray(message.path_y, np.float64)
    half = np.asarray(message.path_half_width, np.float64)
    begin = np.asarray([*message.path_begin, len(x)], np.int64)
    if not (len(owner) == len(half) == len(begin) - 1) or len(x) != len(y):
        raise BatchError('path_event, path_half_width and path_begin disagree', max(count, 1))
    if begin[0] != 0 or (np.diff(begin) < 2).any():
        raise BatchError(
            'path_begin does not begin at 0, or a path has less than 2 points', max(count, 1))
    if not (np.abs(np.concatenate([x, y])) <= _FARTHEST).all() or not (half >= 0.0).all():
        raise BatchError('a point or half width of a path is none', max(count, 1))
    return {
        'path_event': owner, 'path_half_width': half, 'path_begin': begin, 'path_x': x,
        'path_y': y,
    }


def _links(message: Any, count: int) -> dict[str, Array]:
    owner = _owners(message, 'link_event', count)
    columns = {'link_event': owner}
    for name in ('link_region', *_OF_LINKS, 'link_lanes'):
        values = np.asarray(getattr(message, name), column_type(name))
        if not len(values) and name not in _OF_LINKS:
            otherwise = NOT_GIVEN if name == 'link_region' else 0
            values = np.full(len(owner), otherwise, column_type(name))
        if len(values) != len(owner):
            raise BatchError(
                f'{name} has {len(values)} entries, link_event has {len(owner)}', max(count, 1))
        columns[name] = values
    return columns
