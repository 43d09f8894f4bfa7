# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of what the vehicle sends."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_PROFILE = 'GB/T 45315-2025'


@dataclass(frozen=True)
class Transmit:
    """What the vehicle sends on the radio."""

    enabled: bool = parameter(
        False, 'Whether v2x_transmitter sends anything; a unit that sends by itself must be left '
        'alone.')
    object_class: str = parameter(
        'car', 'What the own vehicle is, for its basic safety messages.',
        choices=('car', 'van', 'truck', 'bus', 'emergency', 'special', 'motorcycle'),
        changeable=False)
    state_age: float = parameter(
        0.15, 'With an older pose no basic safety message is sent.',
        unit='s', minimum=0.02, maximum=1.0, source=_PROFILE)
    hard_braking: float = parameter(
        4.0, 'Deceleration above which braking counts as an event.',
        unit='m/s2', minimum=2.0, maximum=8.0, source=_PROFILE)
    id_period: float = parameter(
        295.0, 'The temporary id is changed after this time, if the vehicle has moved far enough '
        'and no event is under way.', unit='s', minimum=10.0, maximum=300.0, source=_PROFILE,
        changeable=False)
    id_distance: float = parameter(
        2100.0, 'Before the vehicle has moved this far its temporary id is not changed.',
        unit='m', minimum=0.0, maximum=2200.0, source=_PROFILE, changeable=False)
    priority_distance: float = parameter(
        500.0, 'A special vehicle on duty asks signals for priority from this distance on; 0: it '
        'does not.', unit='m', minimum=0.0, maximum=1000.0)
    platooning_rate: float = parameter(
        5.0, 'How often the part in a platoon is told (CLPMM), besides at once when it changes.',
        unit='Hz', minimum=2.0, maximum=10.0)
    sharing_rate: float = parameter(
        0.0, 'How often own detections are shared (SSM); 0: they are not.',
        unit='Hz', minimum=0.0, maximum=10.0)
    sharing_objects: int = parameter(
        64, 'Own detections in one message at most, the nearest first.',
        minimum=1, maximum=120)
    sharing_aid: int = parameter(
        0, 'Application id of shared detections; no standard names one, 0: not given.',
        minimum=0, maximum=99999, changeable=False)
