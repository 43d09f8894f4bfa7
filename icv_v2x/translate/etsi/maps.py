# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road topology (MAPEM): the lanes of intersections and where they lead."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icv_v2x.frames import to_wgs84
from icv_v2x.message_set.records.map_common import (
    AllowedManeuver,
    BarrierAttribute,
    BikeLaneAttribute,
    CrosswalkAttribute,
    LaneAttributes,
    LaneSharing,
    Maneuver,
    ParkingLaneAttribute,
    SidewalkAttribute,
    SpeedLimitType,
    StripingAttribute,
    TrackAttribute,
    VehicleLaneAttribute,
)
from icv_v2x.translate import plausibility
from icv_v2x.translate.etsi.envelope import bits
from icv_v2x.translate.etsi.perceived import offset
from icv_v2x.translate.lane_geometry import distinct
from icv_v2x.translate.lane_tables import ConnectionDraft, LaneDraft, lanes_of_drafts
from icv_v2x.translate.lanes import NOT_GIVEN, UNKNOWN_MANEUVER, NodeMap, RoadMaps
from icv_v2x.translate.refusals import Refusal, RefusalReason, refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.parameters import Parameters
    from icv_v2x.translate.etsi.envelope import Envelope
    from icv_v2x.translate.lanes import Floats

_NODES, _OFFSETS = 0, 0
_LATITUDE_LONGITUDE = 6
_INGRESS = 0
_USUAL_WIDTH = 3.5
_WIDTHS = (1.0, 15.0)
_UNAVAILABLE_ELEVATION = -4096
_SPEED = 0.02
_NO_SPEED = 8191
# Most lanes of an intersection that are read, and points of each.
_LANES = 255
# Alternatives of LaneTypeAttributes, in their order, with the bits of the type.
_TYPES: tuple[tuple[str, Any], ...] = (
    ('vehicle', VehicleLaneAttribute), ('crosswalk', CrosswalkAttribute),
    ('bike_lane', BikeLaneAttribute), ('sidewalk', SidewalkAttribute),
    ('median', BarrierAttribute), ('striping', StripingAttribute),
    ('tracked_vehicle', TrackAttribute), ('parking', ParkingLaneAttribute),
)
_TURNS = (
    (0, Maneuver.MANEUVER_STRAIGHT), (1, Maneuver.MANEUVER_LEFT_TURN),
    (2, Maneuver.MANEUVER_RIGHT_TURN), (3, Maneuver.MANEUVER_U_TURN),
)


class _Intersection(NamedTuple):
    """What the lanes of one intersection share."""

    key: tuple[int, int]
    latitude: float
    longitude: float
    elevation: float
    width: float
    limits: Floats
    map_frame: MapFrame
    datum: str


def maps_from_mapem(
    messages: Sequence[Any], envelope: Envelope, map_frame: MapFrame, parameters: Parameters,
) -> tuple[RoadMaps, tuple[Refusal, ...]]:
    """Return the intersections that MAPEM of TS 103 301 draw.

    Lanes that lead to the intersection become lanes, in travel direction, up to the stop line;
    those that lead away are the ways over it. A lane comes from the approach of its number.
    Computed lanes that are turned or scaled are left out.

    Args:
        messages: n messages of etsi_its_mapem_ts_msgs.
        envelope: What came with them.
        map_frame: The map.
        parameters: Datum of roadside units.

    Returns:
        The maps, and a refusal for every message that gives none.
    """
    maps: list[NodeMap] = []
    refusals: list[Refusal] = []
    against = refused(np.array([envelope.verification], np.uint8))[1]
    for row, message in enumerate(messages):
        reason = against[0].reason if against else RefusalReason.NO_POSITION
        found = [] if against or not message.map.intersections_is_present else [
            made for one in message.map.intersections.array
            if (made := _node(one, row, envelope, map_frame, parameters)) is not None]
        maps += found
        if not found:
            refusals.append(Refusal(row, reason))
    stamp = int(envelope.reception_time.max()) if len(messages) else 0
    return RoadMaps(stamp, tuple(maps)), tuple(refusals)


def _node(
    geometry: Any, row: int, envelope: Envelope, map_frame: MapFrame, parameters: Parameters,
) -> NodeMap | None:
    reference, point = geometry.id, geometry.ref_point
    region = int(reference.region.value) if reference.region_is_present else NOT_GIVEN
    elevation = point.elevation.value if point.elevation_is_present else _UNAVAILABLE_ELEVATION
    place = _Intersection(
        (region, int(reference.id.value)), point.lat.value * 1e-7, point.lon.value * 1e-7,
        math.nan if elevation == _UNAVAILABLE_ELEVATION else elevation * 0.1,
        geometry.lane_width.value * 0.01 if geometry.lane_width_is_present else math.nan,
        _limits(geometry), map_frame, parameters.datum.roadside)
    x, y, _ = _placed([(0.0, 0.0)], place)[0]
    if not math.hypot(x, y) <= plausibility.AREA_RADIUS:
        return None
    lanes = list(geometry.lane_set.array)[:_LANES]
    lines = _lines(lanes, place)
    away = {
        int(lane.lane_id.value): line for lane, line in zip(lanes, lines, strict=True)
        if _INGRESS not in bits(lane.lane_attributes.directional_use)}
    drafts = [
        _draft(lane, line, place, away) for lane, line in zip(lanes, lines, strict=True)
        if len(line) > 1 and _INGRESS in bits(lane.lane_attributes.directional_use)]
    if not drafts:
        return None
    return NodeMap(
        region=region, node=place.key[1], x=float(x), y=float(y),
        lanes=lanes_of_drafts(place.key, drafts, []),
        message_count=int(geometry.revision.value) % 128,
        time=int(envelope.reception_time[row]), verification=envelope.verification, signer=0)


def _draft(
    lane: Any, outwards: Floats, place: _Intersection, away: dict[int, Floats],
) -> LaneDraft:
    approach = int(lane.ingress_approach.value) if lane.ingress_approach_is_present else NOT_GIVEN
    allowed = bits(lane.maneuvers) if lane.maneuvers_is_present else frozenset()
    maneuvers = sum(1 << bit for bit in allowed if bit < len(AllowedManeuver))
    width = place.width if _WIDTHS[0] <= place.width <= _WIDTHS[1] else _USUAL_WIDTH
    kind = min(int(lane.lane_attributes.lane_type.choice), len(_TYPES) - 1)
    name, flags = _TYPES[kind]
    held = bits(getattr(lane.lane_attributes.lane_type, name))
    shared = bits(lane.lane_attributes.shared_with)
    ways = lane.connects_to.array if lane.connects_to_is_present else ()
    only = len(ways) == 1
    return LaneDraft(
        upstream=(NOT_GIVEN, approach), section=0, lane_id=int(lane.lane_id.value),
        ends_at_node=True, width=width,
        attributes=LaneAttributes(
            lane_type=flags(sum(1 << bit for bit in held if bit < len(flags))),
            share_with=LaneSharing(
                sum(1 << bit for bit in shared if bit < len(LaneSharing)))),
        maneuvers=maneuvers, limits=place.limits, line=outwards[::-1],
        connections=[_way(one, place, away, allowed if only else frozenset()) for one in ways])


def _way(
    connection: Any, place: _Intersection, away: dict[int, Floats], allowed: frozenset[int],
) -> ConnectionDraft:
    there = connection.connecting_lane
    turns = bits(there.maneuver) if there.maneuver_is_present else allowed
    fitting = [turn for bit, turn in _TURNS if bit in turns]
    remote, line = place.key, away.get(int(there.lane.value), np.zeros((0, 3)))
    if connection.remote_intersection_is_present:
        other = connection.remote_intersection
        remote = (
            int(other.region.value) if other.region_is_present else NOT_GIVEN,
            int(other.id.value))
        line = np.zeros((0, 3))
    phase = int(connection.signal_group.value) if connection.signal_group_is_present else NOT_GIVEN
    return ConnectionDraft(
        remote, 0, int(there.lane.value),
        int(fitting[0]) if len(fitting) == 1 else UNKNOWN_MANEUVER,
        # signal group 0 is none
        phase or NOT_GIVEN, line)


def _limits(geometry: Any) -> Floats:
    limits = np.full(len(SpeedLimitType), np.nan)
    if geometry.speed_limits_is_present:
        for limit in geometry.speed_limits.array:
            if limit.speed.value != _NO_SPEED and limit.type.value < len(limits):
                limits[limit.type.value] = limit.speed.value * _SPEED
    return limits


def _lines(lanes: list[Any], place: _Intersection) -> list[Floats]:
    """Return the lines of lanes from the intersection outwards, (M, 3) each [m] in the map."""
    offsets = {
        int(lane.lane_id.value): _offsets(lane.node_list.nodes.array, place)
        for lane in lanes if lane.node_list.choice == _NODES}
    lines = []
    for lane in lanes:
        points = offsets.get(int(lane.lane_id.value), [])
        if lane.node_list.choice != _NODES:
            points = _computed(lane.node_list.computed, offsets)
        lines.append(distinct(_placed(points, place)) if points else np.zeros((0, 3)))
    return lines


def _offsets(nodes: Sequence[Any], place: _Intersection) -> list[tuple[float, float]]:
    """Return points east and north of the reference position [m]; each counts from the last."""
    points, x, y = [], 0.0, 0.0
    for node in nodes:
        delta = node.delta
        if delta.choice == _LATITUDE_LONGITUDE:
            x, y = _from_place(
                delta.node_lat_lon.lat.value * 1e-7, delta.node_lat_lon.lon.value * 1e-7, place)
        else:
            step = getattr(delta, f'node_xy{int(delta.choice) + 1}')
            x, y = x + step.x.value * 0.01, y + step.y.value * 0.01
        points.append((x, y))
    return points


def _from_place(latitude: float, longitude: float, place: _Intersection) -> tuple[float, float]:
    """Return where a place lies east and north of the reference position, by one step back."""
    ahead = np.array([1.0])
    one_lat, _ = offset(np.array([place.latitude]), np.array([place.longitude]), 0 * ahead, ahead)
    _, one_lon = offset(np.array([place.latitude]), np.array([place.longitude]), ahead, 0 * ahead)
    return (
        (longitude - place.longitude) / float(one_lon[0] - place.longitude),
        (latitude - place.latitude) / float(one_lat[0] - place.latitude))


def _computed(
    computed: Any, offsets: dict[int, list[tuple[float, float]]],
) -> list[tuple[float, float]]:
    turned = (
        computed.rotate_xy_is_present or computed.scale_xaxis_is_present
        or computed.scale_yaxis_is_present)
    if turned:
        return []
    x, y = (
        getattr(computed, f'offset_{axis}axis_' + (
            'large' if getattr(computed, f'offset_{axis}axis_choice') else 'small')).value * 0.01
        for axis in 'xy')
    return [
        (east + x, north + y)
        for east, north in offsets.get(int(computed.reference_lane_id.value), [])]


def _placed(points: Sequence[tuple[float, float]], place: _Intersection) -> Floats:
    array = np.array(points, np.float64)
    count = len(array)
    latitude, longitude = offset(
        np.full(count, place.latitude), np.full(count, place.longitude), array[:, 0], array[:, 1])
    latitude, longitude = to_wgs84(latitude, longitude, place.datum)
    return np.column_stack(
        place.map_frame.to_map(latitude, longitude, np.full(count, place.elevation)))
