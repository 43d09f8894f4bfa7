# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The basic safety message of the own vehicle after the sender profile of GB/T 45315-2025."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from icv_v2x.inputs import Gear
from icv_v2x.interchange.broadcast import INDICATOR_LIGHTS
from icv_v2x.message_set.bsm_encoder import BsmContent, PathPoint
from icv_v2x.message_set.enumerations import (
    ExteriorLight,
    LightBar,
    PedalState,
    ResponseType,
    Siren,
    Transmission,
    VehicleEvent,
)
from icv_v2x.transmit.outgoing import second_in_minute

if TYPE_CHECKING:
    from icv_v2x.inputs import VehicleStatus
    from icv_v2x.transmit.events import VehicleSignals
    from icv_v2x.transmit.own_state import OwnState

_TRANSMISSIONS = {
    Gear.UNAVAILABLE: Transmission.UNAVAILABLE,
    Gear.NEUTRAL: Transmission.NEUTRAL,
    Gear.PARK: Transmission.PARK,
    Gear.FORWARD: Transmission.FORWARD_GEARS,
    Gear.REVERSE: Transmission.REVERSE_GEARS,
}
# Bits of `icv_v2x_msgs/VehicleStatus`.
_LIGHTS = {
    1: ExteriorLight.LOW_BEAM_HEADLIGHTS,
    2: ExteriorLight.HIGH_BEAM_HEADLIGHTS,
    4: ExteriorLight.FOG_LIGHT,
    8: ExteriorLight.DAYTIME_RUNNING_LIGHTS,
    16: ExteriorLight.PARKING_LIGHTS,
}
LIGHT_BAR = 32
SIREN = 64


@dataclass(frozen=True)
class VehicleDescription:
    """What does not change while the vehicle drives.

    Attributes:
        length: [m].
        width: Mirrors included [m].
        height: [m], NaN: not sent.
        vehicle_class: BasicVehicleClass number, 0 unknown.
        emergency: Whether it is an emergency vehicle.
    """

    length: float
    width: float
    height: float
    vehicle_class: int
    emergency: bool


@dataclass(frozen=True)
class PathOutlook:
    """What a message tells of the way behind and ahead.

    Attributes:
        history: Points, newest first; empty: no history in this message.
        radius: Of the way ahead, right turn positive, inf straight [m].
        confidence: Of the way ahead, 0..1.
    """

    history: tuple[PathPoint, ...]
    radius: float
    confidence: float


def bsm_content(
    state: OwnState, vehicle: VehicleDescription, status: VehicleStatus | None,
    signals: VehicleSignals, outlook: PathOutlook, *, events: VehicleEvent, temporary_id: int,
    message_count: int,
) -> BsmContent:
    """Compose a message; elevation and its confidence are never sent, as the profile has it.

    Args:
        state: What the vehicle does.
        vehicle: What it is.
        status: Its status, None where none is known.
        signals: Of the vehicle's network.
        outlook: Way behind and ahead.
        events: Events under way; the field is sent only with one.
        temporary_id: Eight octets, big-endian.
        message_count: 0..127.

    Returns:
        The content; what is unavailable carries the code that says so.
    """
    gear = Gear.UNAVAILABLE if status is None else status.gear
    transmission = _TRANSMISSIONS[gear]
    if transmission == Transmission.UNAVAILABLE and state.speed < 0.0:
        # without it the speed, which has no sign, would be taken for a forward one
        transmission = Transmission.REVERSE_GEARS
    lights = 0 if status is None else status.lights
    warning = bool(lights & (LIGHT_BAR | SIREN))
    return BsmContent(
        temporary_id=temporary_id,
        message_count=message_count,
        second=second_in_minute(state.time),
        latitude=state.latitude,
        longitude=state.longitude,
        semi_major=state.position_deviation,
        semi_minor=state.position_deviation,
        semi_major_orientation=math.nan if math.isnan(state.position_deviation) else 0.0,
        transmission=transmission,
        speed=abs(state.speed),
        heading=state.heading,
        steering_wheel_angle=math.nan if status is None else -status.steering_wheel_angle,
        longitudinal_acceleration=state.acceleration,
        # of a vehicle that does not slip: speed times yaw rate, here to the right
        lateral_acceleration=-state.speed * state.yaw_rate,
        yaw_rate=-state.yaw_rate,
        brake_pedal=_pedal(status),
        traction=signals.traction,
        abs=signals.abs,
        stability=signals.stability,
        width=vehicle.width,
        length=vehicle.length,
        height=vehicle.height,
        vehicle_class=vehicle.vehicle_class,
        events=events or None,
        path_history=outlook.history,
        path_radius=outlook.radius,
        path_confidence=outlook.confidence,
        lights=None if status is None else exterior_lights(status),
        response_type=ResponseType.EMERGENCY if vehicle.emergency and warning else None,
        siren=Siren.IN_USE if vehicle.emergency and lights & SIREN else None,
        light_bar=LightBar.IN_USE if vehicle.emergency and lights & LIGHT_BAR else None,
    )


def exterior_lights(status: VehicleStatus) -> ExteriorLight:
    """Return the lights of a status as a message names them."""
    lit = INDICATOR_LIGHTS.get(status.indicator, ExteriorLight(0))
    for bit, light in _LIGHTS.items():
        if status.lights & bit:
            lit |= light
    return lit


def _pedal(status: VehicleStatus | None) -> PedalState:
    if status is None or status.brake is None:
        return PedalState.UNAVAILABLE
    return PedalState.ON if status.brake else PedalState.OFF
