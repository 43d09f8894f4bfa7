# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What signs ask of the own vehicle: whom they concern, and what they keep it from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icv_v2x.message_set.records.rsi import AuxiliarySignVehicleType
from icv_v2x.road_events.codes import Sign, figure

if TYPE_CHECKING:
    from icv_v2x.parameters.groups import Vehicle
    from icv_v2x.translate.road_events import RoadEvents

_TONNE = 1000.0

_TRUCKS = ('truck',)
_CLOSED_TO: dict[int, tuple[str, ...]] = {
    Sign.ROAD_CLOSED: ('car', 'bus', 'truck'),
    Sign.NO_ENTRY: ('car', 'bus', 'truck', 'emergency'),
    Sign.NO_MOTOR_VEHICLES: ('car', 'bus', 'truck'),
    Sign.NO_TRUCKS: _TRUCKS,
    Sign.NO_BUSES: ('bus',),
    Sign.NO_CARS: ('car',),
}


def concerns(events: RoadEvents, row: int, vehicle: Vehicle) -> bool:
    """Return whether a sign holds for the vehicle, by the sign for vehicle types below it.

    Buses are what the first type exempts; tractors are no vehicle of this package.
    """
    types = AuxiliarySignVehicleType(int(events.vehicle_types[row]))
    if not types:
        return True
    if types & AuxiliarySignVehicleType.RESTRICTED_FROM_BUS and vehicle.kind == 'bus':
        return False
    named = types & ~AuxiliarySignVehicleType.RESTRICTED_FROM_BUS
    if not named or AuxiliarySignVehicleType.VEHICLE in named:
        return True
    if vehicle.kind == 'truck':
        return AuxiliarySignVehicleType.TRUCK in named
    return vehicle.kind == 'car' and AuxiliarySignVehicleType.PRIVATE in named


def barred(events: RoadEvents, row: int, vehicle: Vehicle) -> str:
    """Return why a sign keeps the vehicle from going on, in words; empty where it does not."""
    code = int(events.code[row])
    if vehicle.kind in _CLOSED_TO.get(code, ()):
        return f'closed to this {vehicle.kind}'
    number = figure(events.description[row])
    limited: dict[int, tuple[float, str]] = {
        Sign.WIDTH_LIMIT: (vehicle.width, 'm wide'),
        Sign.HEIGHT_LIMIT: (vehicle.height, 'm high'),
        Sign.MASS_LIMIT: (vehicle.mass / _TONNE, 't'),
        Sign.AXLE_LOAD_LIMIT: (vehicle.axle_load / _TONNE, 't on an axle'),
    }
    own, unit = limited.get(code, (0.0, ''))
    if unit and own > number:
        return f'the own vehicle has {own:g} {unit}, {number:g} is allowed'
    return ''
