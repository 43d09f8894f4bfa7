# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Links in sections and lanes along a reference line (MAP, 2020 second phase)."""

from __future__ import annotations

from dataclasses import dataclass, field

from icv_v2x.message_set.records.map_common import (
    AllowedManeuver,
    LaneAttributes,
    LaneLineMarking,
    Maneuver,
    NodeReference,
    RegulatorySpeedLimit,
    RoadPoint,
)
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.registry import record, sent_as


@record('LinkEx')
@dataclass(frozen=True)
class LinkEx:
    """Link ex: LinkEx of T/CSAE 157-2020.

    Attributes:
        name: Name, text; None absent.
        upstream_node_id: Node where the link begins.
        speed_limits: Limits that hold here, 1..9; empty where absent.
        link_width: Link width [m]; NaN unavailable.
        ref_line: Reference line of the sections, offsets from the node, 2..31; empty where absent.
        movements: Movements, 1..32; empty where absent.
        sections: Sections, 1..16.
    """

    name: str | None = field(metadata=sent_as('name'))
    upstream_node_id: NodeReference = field(metadata=sent_as('upstreamNodeId'))
    speed_limits: tuple[RegulatorySpeedLimit, ...] = field(metadata=sent_as('speedLimits'))
    link_width: float = field(metadata=sent_as('linkWidth'))
    ref_line: tuple[RoadPoint, ...] = field(metadata=sent_as('refLine'))
    movements: tuple[MovementEx, ...] = field(metadata=sent_as('movements-ex'))
    sections: tuple[Section, ...] = field(metadata=sent_as('sections'))


@record('MovementEx')
@dataclass(frozen=True)
class MovementEx:
    """Movement ex: MovementEx of T/CSAE 157-2020.

    Attributes:
        remote_intersection: Node that the way leads to.
        phase_id: Signal phase that governs it; None unknown.
        turn_direction: Turn direction; None absent.
    """

    remote_intersection: NodeReference = field(metadata=sent_as('remoteIntersection'))
    phase_id: int | None = field(metadata=sent_as('phaseId'))
    turn_direction: Maneuver | None = field(metadata=sent_as('turn-direction'))


@record('Section')
@dataclass(frozen=True)
class Section:
    """Section: Section of T/CSAE 157-2020.

    Attributes:
        section_id: Section id.
        lanes: Lanes, 1..32.
    """

    section_id: int = field(metadata=sent_as('secId'))
    lanes: tuple[LaneEx, ...] = field(metadata=sent_as('lanes'))


@record('LaneEx')
@dataclass(frozen=True)
class LaneEx:
    """Lane ex: LaneEx of T/CSAE 157-2020.

    Attributes:
        lane_reference_id: Lane reference id.
        lane_width: Lane width [m]; NaN unavailable.
        lane_attributes: Lane attributes; None absent.
        maneuvers: Maneuvers, bits; None absent.
        connections: Where the lane leads to behind the stop line, 1..32; empty where absent.
        speed_limits: Limits that hold here, 1..9; empty where absent.
        points: Centre line along and across the reference line, 2..63; empty where absent.
        lane_line_type: Lane line type; None absent.
    """

    lane_reference_id: int = field(metadata=sent_as('laneRefID'))
    lane_width: float = field(metadata=sent_as('laneWidth'))
    lane_attributes: LaneAttributes | None = field(metadata=sent_as('laneAttributes'))
    maneuvers: AllowedManeuver | None = field(metadata=sent_as('maneuvers'))
    connections: tuple[ConnectionEx, ...] = field(metadata=sent_as('connectsTo-ex'))
    speed_limits: tuple[RegulatorySpeedLimit, ...] = field(metadata=sent_as('speedLimits'))
    points: tuple[ReferenceLinePoint, ...] = field(metadata=sent_as('st-points'))
    lane_line_type: LaneLineType | None = field(metadata=sent_as('laneLineType'))


@record('LaneLineType')
@dataclass(frozen=True)
class LaneLineType:
    """Lane line type: LaneLineType of T/CSAE 157-2020.

    Attributes:
        left_lane_line: Left lane line.
        right_lane_line: Right lane line.
    """

    left_lane_line: LaneLineMarking = field(metadata=sent_as('leftLaneLine'))
    right_lane_line: LaneLineMarking = field(metadata=sent_as('rightLaneLine'))


@record('ConnectionEx')
@dataclass(frozen=True)
class ConnectionEx:
    """Connection ex: ConnectionEx of T/CSAE 157-2020.

    Attributes:
        remote_intersection: Node that the way leads to.
        signal_waiting_lane: Signal waiting lane; None absent.
        connecting_lane: Connecting lane, 1..16; empty where absent.
        phase_id: Signal phase that governs it; None unknown.
        turn_direction: Turn direction; None absent.
    """

    remote_intersection: NodeReference = field(metadata=sent_as('remoteIntersection'))
    signal_waiting_lane: SignalWaitingLane | None = field(metadata=sent_as('swl'))
    connecting_lane: tuple[ConnectingLaneEx, ...] = field(metadata=sent_as('connectingLane'))
    phase_id: int | None = field(metadata=sent_as('phaseId'))
    turn_direction: Maneuver | None = field(metadata=sent_as('turn-direction'))


@record('SignalWaitingLane')
@dataclass(frozen=True)
class SignalWaitingLane:
    """Signal waiting lane: SignalWaitingLane of T/CSAE 157-2020.

    Attributes:
        lane_width: Lane width [m].
        points: Points, 2..31.
        allowed_phase_ids: Allowed phase ids, 1..7; empty where absent.
    """

    lane_width: float = field(metadata=sent_as('laneWidth'))
    points: tuple[RoadPoint, ...] = field(metadata=sent_as('points'))
    allowed_phase_ids: tuple[int | None, ...] = field(metadata=sent_as('allowedPhaseIds'))


@record('ConnectingLaneEx')
@dataclass(frozen=True)
class ConnectingLaneEx:
    """Connecting lane ex: ConnectingLaneEx of T/CSAE 157-2020.

    Attributes:
        target_section: Target section.
        target_lane: Target lane.
        connecting_lane_width: Connecting lane width [m]; NaN unavailable.
        connecting_lane_points: Connecting lane points, 2..31; empty where absent.
        isolated_connecting_lane: Whether nothing else may use it; None absent.
    """

    target_section: int = field(metadata=sent_as('target-section'))
    target_lane: int = field(metadata=sent_as('target-lane'))
    connecting_lane_width: float = field(metadata=sent_as('connectingLaneWidth'))
    connecting_lane_points: tuple[RoadPoint, ...] = field(metadata=sent_as('connectingLanePoints'))
    isolated_connecting_lane: bool | None = field(metadata=sent_as('isolatedConnectingLane'))


@record('ST-Point')
@dataclass(frozen=True)
class ReferenceLinePoint:
    """Reference line point: ST-Point of T/CSAE 157-2020.

    Attributes:
        along: Along [m].
        across: Across [m].
    """

    along: float = field(metadata=sent_as('s-axis'))
    across: float = field(metadata=sent_as('t-axis'))


@record('ProhibitedZone')
@dataclass(frozen=True)
class ProhibitedZone:
    """Prohibited zone: ProhibitedZone of T/CSAE 157-2020.

    Attributes:
        central_circle_prohibited_zone: Central circle prohibited zone, 4..32; empty where absent.
        non_motor_vehicle_prohibited_zones: Non motor vehicle prohibited zones, 1..16; empty where
            absent.
        grid_line_marking_prohibited_zones: Grid line marking prohibited zones, 2..16; empty where
            absent.
    """

    central_circle_prohibited_zone: tuple[PositionOffset, ...] = field(
        metadata=sent_as('centralCircleProhibitedZone'))
    non_motor_vehicle_prohibited_zones: tuple[tuple[PositionOffset, ...], ...] = field(
        metadata=sent_as('non-motorVehicleProhibitedZones'))
    grid_line_marking_prohibited_zones: tuple[tuple[PositionOffset, ...], ...] = field(
        metadata=sent_as('gridLineMarkingProhibitedZones'))
