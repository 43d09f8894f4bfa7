# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From the nested records of one node to its lanes as lines in the map frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import to_wgs84
from icv_v2x.message_set.records.map_common import AllowedManeuver, Maneuver, SpeedLimitType
from icv_v2x.translate.lane_tables import ConnectionDraft, LaneDraft, lanes_of_drafts
from icv_v2x.translate.lanes import NOT_GIVEN, UNKNOWN_MANEUVER, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.message_set.records.map import Lane, Link, Movement, Node
    from icv_v2x.message_set.records.map_common import (
        NodeReference,
        RegulatorySpeedLimit,
        RoadPoint,
    )
    from icv_v2x.message_set.records.map_extended import LaneEx, LinkEx, MovementEx
    from icv_v2x.message_set.records.position_offset import PositionOffset
    from icv_v2x.translate.lanes import Floats, Lanes

_USUAL_WIDTH = 3.5
# Widths that are believed, of a lane and of the share of a lane in its link [m].
_WIDTHS, _SHARES = (1.0, 15.0), (2.0, 15.0)
# Points of a line that lie closer together than this are one [m].
_SAME = 0.01
# A node's own lanes do not begin farther away and are not longer; units or coordinates are wrong
# then [m].
_FARTHEST, _LONGEST = 5_000.0, 8_000.0
_TURNS = (
    (AllowedManeuver.MANEUVER_STRAIGHT_ALLOWED, Maneuver.MANEUVER_STRAIGHT),
    (AllowedManeuver.MANEUVER_LEFT_ALLOWED, Maneuver.MANEUVER_LEFT_TURN),
    (AllowedManeuver.MANEUVER_RIGHT_ALLOWED, Maneuver.MANEUVER_RIGHT_TURN),
    (AllowedManeuver.MANEUVER_U_TURN_ALLOWED, Maneuver.MANEUVER_U_TURN),
)


@dataclass(frozen=True)
class Place:
    """The reference position of a node, and how its offsets become places in the map.

    Attributes:
        latitude: In the sender's datum [deg].
        longitude: [deg]
        elevation: [m], NaN where unknown.
        x: [m] in the map.
        y: [m].
        map_frame: The map.
        datum: Datum of the sender.
    """

    latitude: float
    longitude: float
    elevation: float
    x: float
    y: float
    map_frame: MapFrame
    datum: str

    def lines(self, lines: Sequence[Sequence[PositionOffset]]) -> list[Floats]:
        """Return lines in the map, (M, 3) each, without points that cannot be used."""
        offsets = [offset for line in lines for offset in line]
        if not offsets:
            return [np.zeros((0, 3)) for _ in lines]
        raw = np.array([
            (o.latitude, o.longitude, o.elevation, o.absolute, o.elevation_absolute)
            for o in offsets
        ])
        absolute = raw[:, 3] > 0.0
        latitude = raw[:, 0] + np.where(absolute, 0.0, self.latitude)
        longitude = raw[:, 1] + np.where(absolute, 0.0, self.longitude)
        height = np.where(
            np.isnan(raw[:, 2]), self.elevation,
            raw[:, 2] + np.where(raw[:, 4] > 0.0, 0.0, self.elevation))
        points = np.column_stack(
            self.map_frame.to_map(*to_wgs84(latitude, longitude, self.datum), height))
        cuts = np.cumsum([len(line) for line in lines])[:-1]
        return [self._cleaned(line) for line in np.split(points, cuts)]

    def _cleaned(self, line: Floats) -> Floats:
        far = np.hypot(line[:, 0] - self.x, line[:, 1] - self.y) > _FARTHEST
        return distinct(line[np.isfinite(line[:, 0] + line[:, 1]) & ~far])


def lanes_of_node(node: Node, place: Place) -> Lanes:
    """Return all lanes of a node that can be drawn, and its areas.

    A link in the extended form replaces the plain one from the same upstream node. A lane
    without points of its own is laid beside the line of its link.

    Args:
        node: The node.
        place: Its reference position.
    """
    drafts: list[LaneDraft] = []
    extended = {_key(link.upstream_node_id) for link in node.extended_links}
    for link in node.links:
        if _key(link.upstream_node_id) not in extended:
            drafts += _plain(link, place)
    for long_link in node.extended_links:
        drafts += _extended(long_link, place)
    return lanes_of_drafts(
        _key(node.id), [draft for draft in drafts if _drawable(draft.line)], _zones(node, place))


def _drawable(line: Floats) -> bool:
    if len(line) < 2:
        return False
    return bool(np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1])).sum() <= _LONGEST)


def shifted(line: Floats, left: Floats | float) -> Floats:
    """Return a line (M, 3) moved to its left by a distance, one for all or one per point [m]."""
    if len(line) < 2:
        return line
    sides = np.diff(line[:, :2], axis=0)
    unit = sides / np.hypot(sides[:, 0], sides[:, 1])[:, np.newaxis]
    mean = np.concatenate([unit[:1], unit[:-1] + unit[1:], unit[-1:]])
    mean /= np.maximum(np.hypot(mean[:, 0], mean[:, 1]), 1e-9)[:, np.newaxis]
    # At a corner the distance from both sides is that of the sides, so the corner lies farther.
    cosine = np.concatenate([[1.0], np.sum(mean[1:-1] * unit[:-1], axis=1), [1.0]])
    reach = np.asarray(left) / np.maximum(cosine, 0.5)
    moved = line.copy()
    moved[:, 0] -= reach * mean[:, 1]
    moved[:, 1] += reach * mean[:, 0]
    return moved


def distinct(line: Floats) -> Floats:
    """Return a line without points that repeat the one before."""
    if len(line) < 2:
        return line
    step = np.hypot(np.diff(line[:, 0]), np.diff(line[:, 1]))
    return np.asarray(line[np.concatenate([[True], step > _SAME])])


def _key(node: NodeReference) -> tuple[int, int]:
    return (NOT_GIVEN if node.region is None else node.region, node.id)


def _offsets(points: Sequence[RoadPoint]) -> list[PositionOffset]:
    return [point.position for point in points]


def _width(width: float, share: float) -> float:
    for candidate, (least, most) in ((width, _WIDTHS), (share, _SHARES)):
        if least <= candidate <= most:
            return candidate
    return _USUAL_WIDTH


def _limits(*groups: Sequence[RegulatorySpeedLimit]) -> Floats:
    """Return limits by type [m/s]; later groups replace earlier ones."""
    limits = np.full(len(SpeedLimitType), np.nan)
    for group in groups:
        for limit in group:
            if math.isfinite(limit.speed):
                limits[limit.type] = limit.speed
    return limits


def _turn(allowed: AllowedManeuver | None) -> int:
    """Return the only turn that is allowed, unknown where there is not exactly one."""
    turns = [turn for bit, turn in _TURNS if allowed is not None and bit in allowed]
    return int(turns[0]) if len(turns) == 1 else UNKNOWN_MANEUVER


def _plain(link: Link, place: Place) -> list[LaneDraft]:
    lines = place.lines([_offsets(link.points), *(_offsets(lane.points) for lane in link.lanes)])
    own, lines = lines[0], lines[1:]
    share = link.link_width / len(link.lanes)
    widths = [_width(lane.lane_width, share) for lane in link.lanes]
    # Lanes are numbered from the middle of the road outwards, from left to right.
    order = np.argsort([
        -1 if lane.lane_id is None else lane.lane_id for lane in link.lanes], kind='stable')
    left = np.empty(len(widths))
    edge = 0.5 * sum(widths)
    for index in order:
        left[index] = edge - 0.5 * widths[index]
        edge -= widths[index]
    return [
        LaneDraft(
            upstream=_key(link.upstream_node_id), section=0, lane_id=_given(lane.lane_id),
            ends_at_node=True, width=width, attributes=lane.lane_attributes,
            maneuvers=int(lane.maneuvers or 0),
            limits=_limits(link.speed_limits, lane.speed_limits),
            line=line if len(line) > 1 else shifted(own, aside),
            connections=_connections(lane, link.movements))
        for lane, line, width, aside in zip(link.lanes, lines, widths, left, strict=True)
    ]


def _given(number: int | None) -> int:
    return NOT_GIVEN if number is None else number


def _connections(lane: Lane, movements: Sequence[Movement]) -> list[ConnectionDraft]:
    """Return where a lane leads; its link's movements tell phases that it does not tell itself."""
    phases = {_key(movement.remote_intersection): movement.phase_id for movement in movements}
    if not lane.connections:
        return [
            ConnectionDraft(
                _key(movement.remote_intersection), 0, NOT_GIVEN, _turn(lane.maneuvers),
                _given(movement.phase_id), np.zeros((0, 3)))
            for movement in movements
        ]
    drafts = []
    for connection in lane.connections:
        there = connection.connecting_lane
        remote = _key(connection.remote_intersection)
        turn = _turn(None if there is None else there.maneuver)
        if turn == UNKNOWN_MANEUVER and len(lane.connections) == 1:
            turn = _turn(lane.maneuvers)
        phase = connection.phase_id
        drafts.append(ConnectionDraft(
            remote, 0, NOT_GIVEN if there is None else _given(there.lane), turn,
            _given(phases.get(remote) if phase is None else phase), np.zeros((0, 3))))
    return drafts


def _extended(link: LinkEx, place: Place) -> list[LaneDraft]:
    (reference,) = place.lines([_offsets(link.ref_line)])
    sections = sorted(link.sections, key=lambda section: section.section_id)
    drafts = []
    for section in sections:
        last = section is sections[-1]
        share = link.link_width / len(section.lanes)
        widths = {
            lane.lane_reference_id: _width(lane.lane_width, share) for lane in section.lanes}
        for lane in section.lanes:
            line = _along(reference, lane)
            if len(line) < 2 and len(sections) == 1:
                line = shifted(reference, _beside(lane.lane_reference_id, widths))
            drafts.append(LaneDraft(
                upstream=_key(link.upstream_node_id), section=section.section_id,
                lane_id=lane.lane_reference_id, ends_at_node=last,
                width=widths[lane.lane_reference_id], attributes=lane.lane_attributes,
                maneuvers=int(lane.maneuvers or 0),
                limits=_limits(link.speed_limits, lane.speed_limits), line=line,
                connections=_long_connections(lane, link.movements, place) if last else []))
    return drafts


def _along(reference: Floats, lane: LaneEx) -> Floats:
    """Return the line of a lane given by places along and left of the reference line."""
    if len(reference) < 2 or len(lane.points) < 2:
        return np.zeros((0, 3))
    places = np.array([(point.along, point.across) for point in lane.points])
    places = places[np.isfinite(places).all(axis=1)]
    sides = np.diff(reference[:, :2], axis=0)
    length = np.hypot(sides[:, 0], sides[:, 1])
    station = np.concatenate([[0.0], np.cumsum(length)])
    # Corners of the reference line between the places given are corners of the lane too.
    between = station[(station > places[:, 0].min()) & (station < places[:, 0].max())]
    order = np.argsort(places[:, 0], kind='stable')
    along = np.union1d(places[:, 0], between)
    across = np.interp(along, places[order, 0], places[order, 1])
    side = np.clip(np.searchsorted(station, along, side='right') - 1, 0, len(length) - 1)
    unit = sides[side] / length[side, np.newaxis]
    beyond = (along - station[side])[:, np.newaxis]
    foot = reference[side, :2] + beyond * unit
    height = np.interp(along, station, reference[:, 2])
    normal = np.column_stack([-unit[:, 1], unit[:, 0]])
    return distinct(np.column_stack([foot + across[:, np.newaxis] * normal, height]))


def _beside(number: int, widths: dict[int, float]) -> float:
    """Return how far left of the reference line the middle of a lane lies [m]."""
    if number == 0:
        return 0.0
    sign = int(math.copysign(1, number))
    inner = sum(widths.get(sign * k, _USUAL_WIDTH) for k in range(1, abs(number)))
    return sign * (inner + 0.5 * widths[number])


def _long_connections(
    lane: LaneEx, movements: Sequence[MovementEx], place: Place
) -> list[ConnectionDraft]:
    by_node = {_key(movement.remote_intersection): movement for movement in movements}
    if not lane.connections:
        return [
            ConnectionDraft(
                _key(movement.remote_intersection), 0, NOT_GIVEN,
                _stated(movement.turn_direction, _turn(lane.maneuvers)),
                _given(movement.phase_id), np.zeros((0, 3)))
            for movement in movements
        ]
    drafts = []
    for connection in lane.connections:
        remote = _key(connection.remote_intersection)
        movement = by_node.get(remote)
        turn = _stated(
            connection.turn_direction,
            _stated(None if movement is None else movement.turn_direction,
                    _turn(lane.maneuvers) if len(lane.connections) == 1 else UNKNOWN_MANEUVER))
        phase = connection.phase_id
        if phase is None and movement is not None:
            phase = movement.phase_id
        lines = place.lines([
            _offsets(way.connecting_lane_points) for way in connection.connecting_lane])
        ways = [
            (way.target_section, way.target_lane, line)
            for way, line in zip(connection.connecting_lane, lines, strict=True)
        ] or [(0, NOT_GIVEN, np.zeros((0, 3)))]
        drafts += [
            ConnectionDraft(remote, section, number, turn, _given(phase), line)
            for section, number, line in ways
        ]
    return drafts


def _stated(turn: Maneuver | None, otherwise: int) -> int:
    return otherwise if turn is None else int(turn)


def _zones(node: Node, place: Place) -> list[tuple[ZoneKind, Floats]]:
    zone = node.prohibited_zone
    if zone is None:
        return []
    areas = [(ZoneKind.CENTRAL_CIRCLE, zone.central_circle_prohibited_zone)]
    areas += [
        (ZoneKind.NON_MOTOR_VEHICLES, area) for area in zone.non_motor_vehicle_prohibited_zones]
    areas += [(ZoneKind.GRID_MARKING, area) for area in zone.grid_line_marking_prohibited_zones]
    lines = place.lines([area for _, area in areas])
    return [(kind, line) for (kind, _), line in zip(areas, lines, strict=True) if len(line) > 2]
