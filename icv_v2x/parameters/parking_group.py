# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the guidance in parking areas."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter


@dataclass(frozen=True)
class Parking:
    """Guidance service in parking areas (GSPA)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    wanted: str = parameter(
        'nothing', 'What the vehicle is to be guided to: to a slot, out of the area, or nowhere; '
        'whoever plans the journey sets it.', choices=('nothing', 'slot', 'exit'))
    charging: str = parameter(
        'no', 'Whether the vehicle is to charge: no leaves slots for charging to others, prefer '
        'takes one where it is worth the way, require takes no other.',
        choices=('no', 'prefer', 'require'))
    charging_worth: float = parameter(
        200.0, 'So much way a slot for charging is worth where charging is preferred.',
        unit='m', minimum=0.0, maximum=5000.0)
    disabled_permit: bool = parameter(
        False, 'Whether slots for disabled persons may be taken.')
    lady_permit: bool = parameter(
        False, 'Whether slots for women may be taken.')
    private_permit: bool = parameter(
        False, 'Whether private slots may be taken without being assigned.')
    walk_weight: float = parameter(
        3.0, 'So much driving a metre on foot from the slot to the exit is worth.',
        minimum=0.0, maximum=100.0)
    side_margin: float = parameter(
        0.4, 'A slot is to be wider than the vehicle by this, a drive likewise.',
        unit='m', minimum=0.0, maximum=3.0)
    length_margin: float = parameter(
        0.2, 'A slot is to be longer than the vehicle by this.',
        unit='m', minimum=0.0, maximum=3.0)
    height_margin: float = parameter(
        0.1, 'A height limit is to be above the vehicle by this.',
        unit='m', minimum=0.0, maximum=1.0)
    reach: float = parameter(
        500.0, 'Guidance to the entrance of an area begins at this distance from it.',
        unit='m', minimum=10.0, maximum=5000.0)
    age_maximum: float = parameter(
        10.0, 'A parking area is forgotten when it was not heard for this long.',
        unit='s', minimum=2.0, maximum=600.0)
    takeover: float = parameter(
        5.0, 'While one sender tells of an area, what another one tells of it is taken over only '
        'after this silence.', unit='s', minimum=1.0, maximum=60.0)
    areas: int = parameter(
        8, 'Areas kept at most; those heard of longest ago are dropped first.',
        minimum=1, maximum=64, changeable=False)
