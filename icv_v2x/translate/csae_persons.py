# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Adapter of the Chinese message set: persons who tell where they are (PSM), to reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set.records.psm import (
    AnimalPropelledType,
    MotorizedPropelledType,
    NonMotorData,
    NumberOfParticipantsInCluster,
    PersonalSafetyMessage,
    PersonalUserType,
)
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.translate import plausibility
from icv_v2x.translate.certificate_scope import outside_region
from icv_v2x.translate.readable import records_of
from icv_v2x.translate.refusals import Refusal
from icv_v2x.translate.reports import ObjectReports, Source
from icv_v2x.translate.statements import Real, Statements, reports_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters

# Skateboards, kick scooters and wheelchairs move like people on foot.
_RIDDEN = (
    MotorizedPropelledType.BICYCLE, MotorizedPropelledType.SCOOTER,
    MotorizedPropelledType.SELF_BALANCING_DEVICE,
)
_GROUPS = (
    NumberOfParticipantsInCluster.SMALL, NumberOfParticipantsInCluster.MEDIUM,
    NumberOfParticipantsInCluster.LARGE,
)


def reports_from_psm(
    messages: Sequence[tuple[int, dict[str, Any]]],
    batch: FrameBatch,
    map_frame: MapFrame,
    parameters: Parameters,
) -> tuple[ObjectReports, tuple[Refusal, ...]]:
    """Return what personal safety messages say, in the map frame.

    The size is twice the radius that is sent; that of a rider along the way only, its width is
    the usual one unless a group rides together. Without a radius it is that of the class.

    Args:
        messages: Frame index and PersonalSafetyMessage value (convention of `codec`) of each.
        batch: The frames that they came in.
        map_frame: The map.
        parameters: Datum of vehicles and persons, limits of the clock.

    Returns:
        The reports, and the refused frames in their order: each message is in exactly one.
    """
    records: list[PersonalSafetyMessage] = []
    frames: list[int] = []
    unreadable: list[Refusal] = []
    for frame, record in records_of('PersonalSafetyMessage', messages, unreadable):
        records.append(record)
        frames.append(frame)
    stated = _statements(records, frames)
    stated = replace(stated, outside=outside_region(
        batch, stated.frame, stated.latitude, stated.longitude, parameters.datum.vehicle))
    reports, refusals = reports_of(stated, batch, map_frame, parameters)
    return reports, tuple(sorted((*refusals, *unreadable)))


def _statements(records: list[PersonalSafetyMessage], frames: list[int]) -> Statements:
    def column(values: list[float]) -> Real:
        return np.array(values, dtype=np.float64)

    count = len(records)
    none = np.full(count, np.nan)
    kind = np.array([_class(record.non_motor_data) for record in records], dtype=np.uint8)
    across = 2.0 * column([record.overall_radius for record in records])
    across = np.where(across > 0.0, np.minimum(across, plausibility.WIDTH_RANGE[1]), np.nan)
    group = np.array(
        [record.non_motor_data.cluster_size in _GROUPS for record in records], dtype=np.bool_)
    wide = group | (kind != int(ObjectClass.CYCLIST))
    motion = [record.accelerations for record in records]
    return Statements(
        frame=np.array(frames, dtype=np.int64),
        permitted=np.ones(count, dtype=np.bool_),
        roadside=np.zeros(count, dtype=np.bool_),
        outside=np.zeros(count, dtype=np.bool_),
        sender_id=np.array([record.id for record in records], dtype=np.uint64),
        object_id=np.full(count, -1, dtype=np.int32),
        subject_id=np.zeros(count, dtype=np.uint64),
        source=np.full(count, int(Source.PSM), dtype=np.uint16),
        message_count=np.array([record.message_count for record in records], dtype=np.uint8),
        second=column([record.second for record in records]),
        latitude=column([record.position.latitude for record in records]),
        longitude=column([record.position.longitude for record in records]),
        elevation=column([record.position.elevation for record in records]),
        speed=column([record.speed for record in records]),
        heading=column([record.heading for record in records]),
        acceleration=column([np.nan if m is None else m.longitudinal for m in motion]),
        yaw_rate=column([np.nan if m is None else m.yaw_rate for m in motion]),
        length=across,
        width=np.where(wide, across, np.nan),
        height=none,
        object_class=kind,
        # The longer axis of the error ellipse counts in all directions.
        position_deviation=column(
            [record.position_accuracy.semi_major for record in records]),
        speed_deviation=none,
        heading_deviation=none,
    )


def _class(person: NonMotorData) -> ObjectClass:
    """Return what sends; without a type, who carries a sender counts as being on foot."""
    if person.basic_type is PersonalUserType.ANIMAL:
        return ObjectClass.ANIMAL
    if person.basic_type is PersonalUserType.PEDAL_CYCLIST:
        return ObjectClass.CYCLIST
    ridden = isinstance(person.propulsion, MotorizedPropelledType) and (
        person.propulsion in _RIDDEN)
    if ridden and person.basic_type is not PersonalUserType.ROAD_WORKER:
        return ObjectClass.CYCLIST
    if isinstance(person.propulsion, AnimalPropelledType) and (
        person.basic_type is PersonalUserType.UNAVAILABLE
    ):
        return ObjectClass.ANIMAL
    return ObjectClass.PEDESTRIAN
