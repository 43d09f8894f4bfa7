# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of road events, signs, and the applications that speak of them."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_TABLE = 'table of the scenario specification'


@dataclass(frozen=True)
class RoadEventStoreLimits:
    """What is kept of what road-side units tell, and where it matters."""

    maximum: int = parameter(
        256, 'Events and signs kept at most; those of unverified senders and the farthest are '
        'dropped first.', minimum=16, maximum=2048, changeable=False)
    drop_periods: float = parameter(
        3.0, 'What is told no more is dropped after this many periods of its sender.',
        minimum=1.0, maximum=10.0)
    drop_age_minimum: float = parameter(
        2.0, 'But not before this.', unit='s', minimum=0.5, maximum=10.0)
    drop_age: float = parameter(
        10.0, 'And after this at the latest.', unit='s', minimum=1.0, maximum=120.0)
    same_place: float = parameter(
        30.0, 'Events of one kind that two senders place nearer than this are one.',
        unit='m', minimum=1.0, maximum=200.0)
    direction: float = parameter(
        45.0, 'A path matters to who drives along it within this angle.',
        unit='deg', minimum=10.0, maximum=80.0)
    confidence: float = parameter(
        0.5, 'An event that its sender is less sure of causes CAUTION at most.',
        minimum=0.0, maximum=1.0)


@dataclass(frozen=True)
class HazardousLocation:
    """Hazardous location warning (HLW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')


@dataclass(frozen=True)
class TrafficJam:
    """Traffic jam warning (TJW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    speed: float = parameter(
        5.6, 'Vehicles slower than this on a carriageway are a jam; 20 km/h.',
        unit='m/s', minimum=1.0, maximum=15.0)
    vehicles: int = parameter(
        4, 'So many of them make a jam.', minimum=2, maximum=20)
    length: float = parameter(
        100.0, 'They are within this way of each other.',
        unit='m', minimum=20.0, maximum=500.0)
    ego_speed: float = parameter(
        8.3, 'A slower ego is part of the jam; 30 km/h.',
        unit='m/s', minimum=2.0, maximum=20.0)


@dataclass(frozen=True)
class InVehicleSignage:
    """In-vehicle signage (IVS)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')


@dataclass(frozen=True)
class SpeedLimitWarning:
    """Speed limit warning (SLW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    announce_time: float = parameter(
        5.0, 'INFO for this time after the limit has changed.',
        unit='s', minimum=0.0, maximum=30.0)
    caution_excess: float = parameter(
        0.833, 'CAUTION above the limit by more than this; 3 km/h.',
        unit='m/s', minimum=0.0, maximum=10.0, source=_TABLE)
    warning_excess: float = parameter(
        1.389, 'WARNING above the limit by more than this; 5 km/h.',
        unit='m/s', minimum=0.0, maximum=10.0, source=_TABLE)
    warning_time: float = parameter(
        2.0, 'WARNING once that has lasted this long.',
        unit='s', minimum=0.0, maximum=10.0, source=_TABLE)


@dataclass(frozen=True)
class DynamicLanes:
    """Dynamic lane management (DLM)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
