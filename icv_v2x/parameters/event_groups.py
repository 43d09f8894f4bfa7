# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the applications that warn of events, vulnerable road users, special vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_TABLE = 'table of the scenario specification'


@dataclass(frozen=True)
class Carriageway:
    """Lanes about the own path where no map tells them."""

    lane_width: float = parameter(
        3.5, 'Width of a lane.', unit='m', minimum=2.0, maximum=5.0,
        source='common rules of the scenario specification')
    lanes_aside: int = parameter(
        2, 'Lanes on each side of the own one that count as the same carriageway.',
        minimum=0, maximum=5)


@dataclass(frozen=True)
class HazardDistances:
    """What the warnings of hazards on the route share."""

    info_time: float = parameter(
        10.0, 'INFO for what is reached within this time.',
        unit='s', minimum=1.0, maximum=30.0, source=_TABLE)
    info_distance: float = parameter(
        300.0, 'INFO for what is nearer than this, too.',
        unit='m', minimum=50.0, maximum=1000.0, source=_TABLE)
    caution_time: float = parameter(
        2.5, 'CAUTION in the own lane: way at present speed in this time, and the way to brake.',
        unit='s', minimum=0.5, maximum=6.0, source=_TABLE)
    caution_deceleration: float = parameter(
        2.5, 'Deceleration of that braking.',
        unit='m/s2', minimum=1.0, maximum=6.0, source=_TABLE)


@dataclass(frozen=True)
class EmergencyBraking:
    """Emergency braking warning (EBW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    deceleration: float = parameter(
        4.0, 'Deceleration that counts as an emergency without an event bit.',
        unit='m/s2', minimum=2.0, maximum=8.0, source=_TABLE)
    distance: float = parameter(
        150.0, 'Farthest braking vehicle on the own path that is spoken of.',
        unit='m', minimum=50.0, maximum=500.0, source=_TABLE)
    deceleration_needed: float = parameter(
        3.0, 'WARNING needs at least this deceleration of the ego.',
        unit='m/s2', minimum=0.0, maximum=8.0, source=_TABLE)
    between_reaction: float = parameter(
        1.2, 'Vehicles between begin to brake after this time.',
        unit='s', minimum=0.0, maximum=3.0, source=_TABLE)
    between_deceleration: float = parameter(
        4.0, 'Vehicles between brake at this rate.',
        unit='m/s2', minimum=1.0, maximum=8.0, source=_TABLE)
    agreement: float = parameter(
        2.0, 'WARNING needs a speed that falls at least this fast from message to message; half '
        'the deceleration that is claimed.', unit='m/s2', minimum=0.5, maximum=6.0)
    agreement_time: float = parameter(
        0.0, 'That speed is compared over at least this, over two messages in any case; more '
        'tells taps on the brake from emergencies, later.',
        unit='s', minimum=0.0, maximum=1.0, source=_TABLE)


@dataclass(frozen=True)
class AbnormalVehicle:
    """Abnormal vehicle warning (AVW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    slow_speed: float = parameter(
        5.6, 'With hazard lights a vehicle up to this speed is abnormal; 20 km/h.',
        unit='m/s', minimum=0.0, maximum=20.0)


@dataclass(frozen=True)
class ControlLoss:
    """Control loss warning (CLW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')


@dataclass(frozen=True)
class VulnerableRoadUser:
    """Vulnerable road user collision warning (VRUCW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    caution_time: float = parameter(
        4.0, 'CAUTION for those who enter the swept path within this time.',
        unit='s', minimum=1.0, maximum=8.0, source=_TABLE)
    clearance_time: float = parameter(
        2.0, 'No CAUTION where the path is free for this time between one and the other.',
        unit='s', minimum=0.5, maximum=5.0, source='common rules of the scenario specification')
    pedestrian_distance: float = parameter(
        5.0, 'WARNING for pedestrians this near to the swept path.',
        unit='m', minimum=1.0, maximum=20.0, source=_TABLE)
    cyclist_distance: float = parameter(
        10.0, 'WARNING for cyclists and scooters this near to the swept path.',
        unit='m', minimum=1.0, maximum=40.0, source=_TABLE)
    contact_time: float = parameter(
        5.0, 'No WARNING for an overlap that is farther ahead than this.',
        unit='s', minimum=2.0, maximum=8.0, source='definition of a false warning')
    beside_speed: float = parameter(
        0.7, 'Who nears the path no faster than this and moves along it is beside it; 5 km/h at '
        '30 degrees.', unit='m/s', minimum=0.1, maximum=2.0)


@dataclass(frozen=True)
class EmergencyVehicle:
    """Emergency vehicle warning (EVW) and clear-the-way requests (CHPVP)."""

    enabled: bool = parameter(True, 'Whether EVW speaks.')
    requests_enabled: bool = parameter(True, 'Whether CHPVP speaks.')
    request_hold: float = parameter(
        5.0, 'A request to clear the way that is not repeated is forgotten after this time.',
        unit='s', minimum=0.5, maximum=60.0)
    info_distance: float = parameter(
        500.0, 'INFO for special vehicles nearer than this.',
        unit='m', minimum=100.0, maximum=2000.0, source=_TABLE)
    info_time: float = parameter(
        30.0, 'INFO for special vehicles that arrive within this time, too.',
        unit='s', minimum=5.0, maximum=60.0, source=_TABLE)
    caution_time: float = parameter(
        15.0, 'CAUTION below this time to the arrival.',
        unit='s', minimum=3.0, maximum=30.0, source=_TABLE)
    warning_time: float = parameter(
        8.0, 'WARNING below this time to the arrival if the ego is in the way.',
        unit='s', minimum=2.0, maximum=20.0, source=_TABLE)
    following_time: float = parameter(
        3.0, 'A special vehicle this close behind is held up, even where it does not close in.',
        unit='s', minimum=0.5, maximum=6.0)
    crossing_clearance: float = parameter(
        2.0, 'The ego is in the way where it is at the crossing within this time of the special '
        'vehicle.', unit='s', minimum=0.5, maximum=5.0,
        source='common rules of the scenario specification')
    crossing_margin: float = parameter(
        10.0, 'INFO only where more time than this lies between both at the crossing.',
        unit='s', minimum=2.0, maximum=30.0)
    oncoming_offset: float = parameter(
        12.0, 'Oncoming special vehicles farther aside are on another road.',
        unit='m', minimum=3.0, maximum=40.0)
