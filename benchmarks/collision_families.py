# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Families of the collision matrix: what varies in each kind of scene."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from collision_scenes import (
    Case,
    Factors,
    abnormal,
    blind_spot,
    braking,
    column,
    control_loss,
    crossing,
    cut_in,
    cut_out,
    fast_behind,
    head_on,
    left_turn,
    passing,
    person_along,
    person_before_turn,
    person_crossing,
    slower,
    special_vehicle,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

STEADY_RATES = (1.0, 2.0, 5.0, 10.0, 20.0)
RATES = (5.0, 10.0, 20.0)


@dataclass(frozen=True)
class Family:
    """A kind of scene.

    Attributes:
        application: Whose row of the table it belongs to.
        factors: What varies, besides hit and miss, to its values.
        misses: Ways in which nothing happens.
        make: From factors, `miss` among them (None: a hit), to the case.
        rates: [Hz] at which road users send.
    """

    application: str
    factors: dict[str, tuple[Any, ...]]
    misses: tuple[str, ...]
    make: Callable[[Factors], Case]
    rates: tuple[float, ...] = STEADY_RATES


CAR_SPEEDS = (20, 30, 40, 50, 60, 70, 80)
SIDES = (1.0, -1.0)
PEOPLE = (
    ('PEDESTRIAN', 5.0), ('PEDESTRIAN', 6.5), ('PEDESTRIAN', 8.0),
    ('CYCLIST', 15.0), ('CYCLIST', 20.0),
)
FAMILIES: dict[str, Family] = {
    'rear end, standing': Family(
        'FCW', {'ego': CAR_SPEEDS}, ('beside', 'parked'), standing),
    'rear end, slower': Family(
        'FCW', {'ego': (50, 60, 80, 100, 120), 'closing': (10, 20, 30, 40)},
        ('beside', 'faster'), slower),
    'rear end, braking': Family(
        'FCW', {'ego': (30, 50, 70, 90, 110, 130), 'headway': (0.6, 1.0, 1.5, 2.0),
                'braking': (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)},
        ('beside', 'ego brakes too'), braking, RATES),
    'cut-in': Family(
        'FCW', {'ego': (60, 80, 100, 120), 'closing': (10, 20, 30, 40), 'side': SIDES,
                'short': (-0.5, 0.0, 0.5)}, ('another lane', 'faster'), cut_in, RATES),
    'cut-out': Family(
        'FCW', {'ego': (80, 120), 'side': SIDES}, ('beside',), cut_out, RATES),
    'head-on': Family(
        'FCW', {'ego': (30, 50, 70), 'other': (30, 50, 80), 'offset': (-0.5, 0.0, 0.5)},
        ('left', 'right'), head_on),
    'column, braking': Family(
        'EBW', {'ego': (60, 80, 100, 120), 'headway': (0.6, 0.8, 1.0), 'vehicles': (2, 3),
                'braking': (5.0, 6.0)}, ('beside',), column, RATES),
    'abnormal vehicle': Family(
        'AVW', {'ego': (40, 50, 60, 80)}, ('beside',), abnormal),
    'loss of control': Family(
        'CLW', {'ego': (60, 80, 100), 'closing': (20, 40)}, ('beside',), control_loss),
    'crossing': Family(
        'ICW', {'ego': (20, 40, 60, 80), 'other': (20, 40, 60, 80), 'side': SIDES,
                'angle': (30, 45, 60, 75, 90, 105, 120, 135, 150)},
        ('earlier', 'later', 'bridge'), crossing),
    'left turn': Family(
        'LTA', {'ego': (10, 15, 20, 25), 'other': (30, 55, 80), 'output': ('path', 'indicator')},
        ('before', 'behind'), left_turn),
    'blind spot': Family(
        'BSW', {'ego': (30, 50, 80), 'side': ('left', 'right'), 'ahead': (-1.5, -1.0, -0.5),
                'left': (3.0, 3.3, 3.6), 'tells': (2.1, 2.3)},
        ('no intent', 'other side', 'two lanes away'), blind_spot),
    'fast from behind': Family(
        'LCW', {'ego': (40, 60, 80), 'side': ('left', 'right'), 'closing': (10, 12, 15, 20)},
        ('no intent', 'two lanes away', 'falling back'), fast_behind),
    'do not pass': Family(
        'DNPW', {'ego': (50, 60), 'other': (50, 80, 100, 120)},
        ('no intent', 'second lane', 'far away'), passing),
    'person, crossing': Family(
        'VRUCW', {'ego': (10, 20, 30, 40, 50, 60), 'person': PEOPLE, 'side': SIDES,
                  'late': (-1.0, 0.0, 1.0)}, ('earlier', 'later', 'waits'), person_crossing),
    'person, along': Family(
        'VRUCW', {'ego': (30, 40, 50, 60), 'person': PEOPLE, 'direction': SIDES,
                  'left': (-0.4, 0.0, 0.4)}, ('left', 'right'), person_along),
    'person, before a turn': Family(
        'VRUCW', {'ego': (15, 20), 'radius': (8.0, 12.0), 'side': SIDES, 'person': PEOPLE},
        ('earlier', 'later'), person_before_turn, RATES),
    'special vehicle': Family(
        'EVW', {'ego': (30, 40, 50), 'faster': (30, 40, 50), 'side': SIDES,
                'from': ('behind', 'across')},
        ('leaving', 'parallel', 'oncoming', 'parked', 'crossed'), special_vehicle),
}
