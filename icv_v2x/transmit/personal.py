# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a device sends that a person or a cyclist carries (PSM)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.message_set.records.common import Accelerations, PositionAccuracy
from icv_v2x.message_set.records.psm import (
    NonMotorData,
    PersonalCrossing,
    PersonalRequest,
    PersonalSafetyMessage,
    PersonalUserType,
)
from icv_v2x.transmit.outgoing import OutgoingFrame, frame_of_record
from icv_v2x.transmit.stamp import position_of, stamp

if TYPE_CHECKING:
    from icv_v2x.transmit.identity import TemporaryIdentity
    from icv_v2x.transmit.own_state import OwnState

PSM = 'PersonalSafetyMessage'


@dataclass(frozen=True)
class Person:
    """Who carries the device.

    Attributes:
        kind: What the person is on the road.
        radius: Of the person with what belongs to it [m].
        crossing: Whether the person crosses or wants to; None: not sent.
    """

    kind: PersonalUserType
    radius: float = 0.5
    crossing: PersonalCrossing | None = None


def personal_frame(
    identity: TemporaryIdentity, state: OwnState, person: Person, *, aid: int = 0,
) -> OutgoingFrame:
    """Tell where a person is and moves.

    Args:
        identity: Of the device.
        state: What the person does.
        person: Who it is.
        aid: Application id; no standard names one for this message.

    Returns:
        The frame.

    Raises:
        MessageError: A value has no encoding, such as an unknown position.
    """
    head = stamp(identity, PSM, state.time)
    deviation = state.position_deviation
    record = PersonalSafetyMessage(
        message_count=head.message_count, id=head.id, second=head.second,
        time_confidence=math.nan, position=position_of(state),
        position_accuracy=PositionAccuracy(
            deviation, deviation, math.nan if math.isnan(deviation) else 0.0),
        speed=abs(state.speed), heading=state.heading,
        accelerations=None if math.isnan(state.yaw_rate) else Accelerations(
            state.acceleration, -state.speed * state.yaw_rate, math.nan, -state.yaw_rate),
        path_history=None, planned_path=(), overall_radius=person.radius,
        non_motor_data=NonMotorData(
            basic_type=person.kind, propulsion=None, cluster_size=None, attachment=None,
            personal_ext=None, road_worker_ext=None,
            personal_req=None if person.crossing is None else PersonalRequest(person.crossing)))
    return frame_of_record(record, head.time, aid=aid)
