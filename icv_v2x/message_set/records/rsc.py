# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Roadside coordination (RSC)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag

from icv_v2x.message_set.records.common import DateTime, Position
from icv_v2x.message_set.records.registry import flags, record, sent_as
from icv_v2x.message_set.records.rsi import ReferenceLink, ReferencePath
from icv_v2x.message_set.records.vir import DriveBehavior, PathPlanningPoint


@record('RoadsideCoordination')
@dataclass(frozen=True)
class RoadsideCoordination:
    """Roadside coordination: RoadsideCoordination of T/CSAE 157-2020.

    Attributes:
        message_count: Counter of the sender, 0..127, one up per message.
        id: Id, eight octets, big-endian.
        second: Time in its minute [s]; NaN unavailable.
        reference_position: Position that offsets count from.
        coordinates: Coordinates, 1..16; empty where absent.
        lane_coordinates: Lane coordinates, 1..8; empty where absent.
    """

    message_count: int = field(metadata=sent_as('msgCnt'))
    id: int = field(metadata=sent_as('id'))
    second: float = field(metadata=sent_as('secMark'))
    reference_position: Position = field(metadata=sent_as('refPos'))
    coordinates: tuple[VehicleCoordination, ...] = field(metadata=sent_as('coordinates'))
    lane_coordinates: tuple[LaneCoordination, ...] = field(metadata=sent_as('laneCoordinates'))


@record('LaneCoordination')
@dataclass(frozen=True)
class LaneCoordination:
    """Lane coordination: LaneCoordination of T/CSAE 157-2020.

    Attributes:
        target_lane: Target lane.
        related_path: Related path; None absent.
        begin: Begin; None absent.
        end: End; None absent.
        recommended_speed: Recommended speed [m/s]; NaN unavailable.
        recommended_behavior: What vehicles there are to do, bits; None absent.
        information: Information, bits; None absent.
        description: Description, text; None absent.
    """

    target_lane: ReferenceLink = field(metadata=sent_as('targetLane'))
    related_path: ReferencePath | None = field(metadata=sent_as('relatedPath'))
    begin: DateTime | None = field(metadata=sent_as('tBegin'))
    end: DateTime | None = field(metadata=sent_as('tEnd'))
    recommended_speed: float = field(metadata=sent_as('recommendedSpeed'))
    recommended_behavior: DriveBehavior | None = field(metadata=sent_as('recommendedBehavior'))
    information: CoordinationInfo | None = field(metadata=sent_as('info'))
    description: str | None = field(metadata=sent_as('description'))


@record('VehicleCoordination')
@dataclass(frozen=True)
class VehicleCoordination:
    """Vehicle coordination: VehicleCoordination of T/CSAE 157-2020.

    Attributes:
        vehicle_id: Vehicle that is addressed, eight octets, big-endian.
        drive_suggestion: Drive suggestion; None absent.
        path_guidance: Path that it is to take, 1..100; empty where absent.
        information: Information, bits; None absent.
    """

    vehicle_id: int = field(metadata=sent_as('vehId'))
    drive_suggestion: DriveSuggestion | None = field(metadata=sent_as('driveSuggestion'))
    path_guidance: tuple[PathPlanningPoint, ...] = field(metadata=sent_as('pathGuidance'))
    information: CoordinationInfo | None = field(metadata=sent_as('info'))


@flags('CoordinationInfo')
class CoordinationInfo(IntFlag):
    """CoordinationInfo of RSC."""

    COOPERATIVE_LANE_CHANGING = 1 << 0
    COOPERATIVE_VEH_MERGING = 1 << 1
    LANE_CHANGING_AT_INTERSECTION = 1 << 2
    NO_SIGNAL_INTERSECTION_PASSING = 1 << 3
    DYNAMIC_LANE_MANAGEMENT = 1 << 4
    LANE_RESERVATION = 1 << 5
    LANE_RESTRICTION = 1 << 6
    SIGNAL_PRIORITY = 1 << 7


@record('DriveSuggestion')
@dataclass(frozen=True)
class DriveSuggestion:
    """Drive suggestion: DriveSuggestion of T/CSAE 157-2020.

    Attributes:
        suggestion: Suggestion, bits.
        life_time: How long it holds after the time of the message [s]; NaN unavailable.
        related_link: Related link; None absent.
        related_path: Related path; None absent.
    """

    suggestion: DriveBehavior = field(metadata=sent_as('suggestion'))
    life_time: float = field(metadata=sent_as('lifeTime'))
    related_link: ReferenceLink | None = field(metadata=sent_as('relatedLink'))
    related_path: ReferencePath | None = field(metadata=sent_as('relatedPath'))
