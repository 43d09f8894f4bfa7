# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The road model as an icv_v2x_msgs/LaneArray and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import BatchError
from icv_v2x.message_set.records.map_common import SpeedLimitType
from icv_v2x.translate.lanes import (
    NOT_GIVEN,
    UNKNOWN_MANEUVER,
    Connections,
    Lanes,
    NodeMap,
    RoadMaps,
    Zones,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.roads import RoadModel

    Array = NDArray[Any]

_LANES = 4096
_POINTS = 200_000
_PER_LANE: dict[str, type[np.generic]] = {
    'region': np.int32, 'upstream_node': np.int32, 'downstream_node': np.int32,
    'lane_id': np.int32, 'width': np.float64, 'maneuvers': np.uint16, 'lane_type': np.uint8,
    'attributes': np.uint16, 'sharing': np.uint16, 'speed_limit': np.float64,
}
# What other publishers may leave empty, and what that stands for.
_PER_LANE_OR_EMPTY: dict[str, tuple[type[np.generic], float]] = {
    'upstream_region': (np.int32, NOT_GIVEN), 'section': (np.uint8, 0),
    'ends_at_node': (np.bool_, True), 'age': (np.float64, 0.0), 'verification': (np.uint8, 0),
    'signer': (np.uint64, 0),
}
_PER_CONNECTION: dict[str, type[np.generic]] = {
    'connection_node': np.int32, 'connection_lane_id': np.int32, 'connection_phase': np.int32,
}
_PER_CONNECTION_OR_EMPTY: dict[str, tuple[type[np.generic], float]] = {
    'connection_region': (np.int32, NOT_GIVEN), 'connection_section': (np.uint8, 0),
    'connection_maneuver': (np.uint8, UNKNOWN_MANEUVER),
}
_PER_ZONE: dict[str, type[np.generic]] = {
    'zone_kind': np.uint8, 'zone_region': np.int32, 'zone_node': np.int32,
}
_MAXIMUM = SpeedLimitType.VEHICLE_MAX_SPEED


def lane_arrays(model: RoadModel, stamp: int) -> dict[str, Array]:
    """Return the arrays of an icv_v2x_msgs/LaneArray.

    Args:
        model: The road.
        stamp: Instant of the message [ns since the Unix epoch].
    """
    lanes, ways, zones = model.lanes, model.lanes.connections, model.lanes.zones
    limited, kind = np.nonzero(np.isfinite(lanes.speed_limits))
    return {
        'region': lanes.region,
        'upstream_node': lanes.upstream_node,
        'downstream_node': lanes.node,
        'lane_id': lanes.lane_id,
        'width': lanes.width,
        'speed_limit': model.speed_limit(),
        'maneuvers': lanes.maneuvers,
        'lane_type': lanes.lane_type,
        'attributes': lanes.attributes,
        'sharing': lanes.sharing,
        'point_begin': lanes.begin[:-1].astype(np.uint32),
        'x': lanes.x, 'y': lanes.y, 'z': lanes.z,
        'connection_lane': ways.lane.astype(np.uint32),
        'connection_node': ways.node,
        'connection_lane_id': ways.lane_id,
        'connection_phase': ways.phase,
        'upstream_region': lanes.upstream_region,
        'section': lanes.section.astype(np.uint8),
        'ends_at_node': lanes.ends_at_node,
        'age': np.maximum(stamp - model.time, 0) / 1e9,
        'verification': model.verification,
        'signer': model.signer,
        'limit_lane': limited.astype(np.uint32),
        'limit_type': kind.astype(np.uint8),
        'limit_speed': lanes.speed_limits[limited, kind],
        'connection_region': ways.region,
        'connection_section': ways.section.astype(np.uint8),
        'connection_maneuver': ways.maneuver,
        'connection_point_begin': ways.begin[:-1].astype(np.uint32),
        'connection_x': ways.x, 'connection_y': ways.y,
        'zone_kind': zones.kind,
        'zone_region': zones.region,
        'zone_node': zones.node,
        'zone_point_begin': zones.begin[:-1].astype(np.uint32),
        'zone_x': zones.x, 'zone_y': zones.y,
    }


def road_maps(message: Any) -> RoadMaps:
    """Return the maps of nodes that an icv_v2x_msgs/LaneArray in frame `map` holds.

    Args:
        message: Object with the fields of the message.

    Returns:
        One map for each node; `road_model` of them is the road again.

    Raises:
        BatchError: Another frame, arrays that do not agree, or a line that is none.
    """
    count = len(message.lane_id)
    if str(message.header.frame_id) != 'map':
        raise BatchError(
            f'lanes in frame {str(message.header.frame_id)!r}, expected map', max(count, 1))
    if count > _LANES or len(message.x) > _POINTS:
        raise BatchError(
            f'{count} lanes with {len(message.x)} points, at most {_LANES} and {_POINTS}', count)
    column = {
        **_columns(message, _PER_LANE, {}, count),
        **_columns(message, {}, _PER_LANE_OR_EMPTY, count),
    }
    begin, x, y = _ragged(message, '', count, 2)
    z = np.asarray(message.z, np.float64)
    if len(z) != len(x):
        raise BatchError(f'z has {len(z)} entries, x has {len(x)}', max(count, 1))
    limits = _limits(message, column['speed_limit'])
    lanes = Lanes(
        region=column['region'], node=column['downstream_node'],
        upstream_region=column['upstream_region'], upstream_node=column['upstream_node'],
        section=column['section'].astype(np.int32), lane_id=column['lane_id'],
        ends_at_node=column['ends_at_node'], width=column['width'],
        lane_type=column['lane_type'], attributes=column['attributes'],
        sharing=column['sharing'], maneuvers=column['maneuvers'], speed_limits=limits,
        begin=begin, x=x, y=y, z=z, connections=_connections(message, count),
        zones=_zones(message))
    stamp = int(message.header.stamp.sec) * 10**9 + int(message.header.stamp.nanosec)
    return RoadMaps(stamp, _by_node(lanes, column, stamp))


def _columns(
    message: Any,
    needed: dict[str, type[np.generic]],
    optional: dict[str, tuple[type[np.generic], float]],
    count: int,
) -> dict[str, Array]:
    columns = {name: np.asarray(getattr(message, name), kind) for name, kind in needed.items()}
    for name, (kind, fill) in optional.items():
        values = np.asarray(getattr(message, name), kind)
        columns[name] = values if len(values) else np.full(count, fill, kind)
    for name, values in columns.items():
        if len(values) != count:
            raise BatchError(f'{name} has {len(values)} entries, expected {count}', max(count, 1))
    return columns


def _ragged(message: Any, prefix: str, count: int, least: int) -> tuple[Array, Array, Array]:
    """Return begins with the end added, and the points of lines of so many points at least."""
    x = np.asarray(getattr(message, f'{prefix}x'), np.float64)
    y = np.asarray(getattr(message, f'{prefix}y'), np.float64)
    first = np.asarray(getattr(message, f'{prefix}point_begin'), np.int64)
    if not len(first) and not len(x):
        first = np.zeros(count if least == 0 else 0, np.int64)
    begin = np.append(first, len(x))
    if len(first) != count or len(x) != len(y):
        raise BatchError(
            f'{prefix}point_begin has {len(first)} entries, expected {count}; {prefix}x has '
            f'{len(x)}, {prefix}y {len(y)}', max(count, 1))
    if (count and begin[0] != 0) or (np.diff(begin) < least).any():
        raise BatchError(f'{prefix}point_begin does not cut {prefix}x into lines', max(count, 1))
    if not np.isfinite(x + y).all():
        raise BatchError(f'{prefix}x or {prefix}y is not finite', max(count, 1))
    return begin, x, y


def _limits(message: Any, maximum: Array) -> Array:
    limits = np.full((len(maximum), len(SpeedLimitType)), np.nan)
    limits[:, _MAXIMUM] = maximum
    lane = np.asarray(message.limit_lane, np.int64)
    kind = np.asarray(message.limit_type, np.int64)
    speed = np.asarray(message.limit_speed, np.float64)
    if not len(lane) == len(kind) == len(speed):
        raise BatchError('limit_lane, limit_type and limit_speed differ in length', len(maximum))
    if len(lane) and (lane.max() >= len(maximum) or kind.max() >= len(SpeedLimitType)):
        raise BatchError('limit_lane or limit_type is out of range', len(maximum))
    limits[lane, kind] = speed
    return limits


def _connections(message: Any, lanes: int) -> Connections:
    lane = np.asarray(message.connection_lane, np.int64)
    count = len(lane)
    if count and lane.max() >= lanes:
        raise BatchError(f'connection_lane = {lane.max()}, there are {lanes} lanes', lanes)
    column = {
        **_columns(message, _PER_CONNECTION, {}, count),
        **_columns(message, {}, _PER_CONNECTION_OR_EMPTY, count),
    }
    begin, x, y = _ragged(message, 'connection_', count, 0)
    return Connections(
        lane=lane, region=column['connection_region'], node=column['connection_node'],
        section=column['connection_section'].astype(np.int32),
        lane_id=column['connection_lane_id'], maneuver=column['connection_maneuver'],
        phase=column['connection_phase'], begin=begin, x=x, y=y)


def _zones(message: Any) -> Zones:
    count = len(message.zone_kind)
    column = _columns(message, _PER_ZONE, {}, count)
    begin, x, y = _ragged(message, 'zone_', count, 0)
    return Zones(column['zone_region'], column['zone_node'], column['zone_kind'], begin, x, y)


def _by_node(lanes: Lanes, column: dict[str, Array], stamp: int) -> tuple[NodeMap, ...]:
    """Return the lanes node by node, as the store keeps them."""
    nodes = np.unique(np.column_stack([lanes.region, lanes.node]), axis=0)
    maps = []
    for region, node in nodes.tolist():
        rows = np.flatnonzero((lanes.region == region) & (lanes.node == node))
        part = lanes.take(rows)
        first = rows[0]
        last = part.begin[1:] - 1
        maps.append(NodeMap(
            region=region, node=node, x=float(part.x[last].mean()), y=float(part.y[last].mean()),
            message_count=0, time=stamp - round(float(column['age'][first]) * 1e9),
            verification=int(column['verification'][first]),
            signer=int(column['signer'][first]), lanes=part))
    return tuple(maps)
