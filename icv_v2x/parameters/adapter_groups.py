# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the nodes that speak with other stacks."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter


@dataclass(frozen=True)
class Etsi:
    """The adapter of European messages."""

    leap_seconds: int = parameter(
        5, 'Leap seconds since 2004, which time stamps of the messages count and UTC does not '
        '(5 since 2017).', unit='s', minimum=0, maximum=20)
    repeat: float = parameter(
        1.0, 'Notifications (DENM) that are valid are told again this often.',
        unit='s', minimum=0.2, maximum=2.0, changeable=False)


@dataclass(frozen=True)
class Autoware:
    """The adapter of Autoware."""

    sender: str = parameter(
        'icv_v2x', 'Name under which limits are set and cleared; no other module may have it.',
        changeable=False)
    velocity_limit: bool = parameter(
        True, 'Whether WARNING and above cap the speed.')
    brake: bool = parameter(
        False, 'Whether IMMINENT asks for standstill; else it caps the speed as WARNING does.')
    advice: bool = parameter(
        False, 'Whether advised speeds (GLOSA, SLW, IVS) below WARNING cap the speed too.')
    objects: bool = parameter(True, 'Whether objects go to the tracker.')
    traffic_signals: bool = parameter(True, 'Whether signals of the table go to Autoware.')
    planning_factors: bool = parameter(True, 'Whether reasons go out as planning factors.')
    deceleration: float = parameter(
        3.0, 'Strongest deceleration that rests on radio alone.',
        unit='m/s2', minimum=0.5, maximum=6.0)
    seen_deceleration: float = parameter(
        6.0, 'Strongest deceleration where an independent second source sees the object too.',
        unit='m/s2', minimum=0.5, maximum=9.0)
    jerk: float = parameter(
        3.0, 'Strongest jerk of the deceleration.', unit='m/s3', minimum=0.3, maximum=20.0)
    margin: float = parameter(
        3.0, 'What is kept to the leader or the conflict point.',
        unit='m', minimum=0.0, maximum=20.0)
    signal_table: str = parameter(
        '', 'Which signal group is which regulatory element: REGION:NODE:PHASE=ELEMENT, several '
        'parted by spaces, with - for a region that is not given, and a shape behind another '
        'colon where the light is an arrow, as in "7:1234:3=5512 7:1234:4=5513:left_arrow".')
    steering_ratio: float = parameter(
        0.0, 'Turn of the steering wheel for a turn of the tyres; 0: not known.',
        minimum=0.0, maximum=40.0)


@dataclass(frozen=True)
class EgoSource:
    """The node that makes the pose where localisation publishes none."""

    kind: str = parameter(
        'gnss', 'Where the pose comes from: a receiver (fix, heading, velocity), or the basic '
        'safety messages that the own unit sends under vehicle.temporary_id.',
        choices=('gnss', 'own_bsm'), changeable=False)
    antenna_x: float = parameter(
        0.0, 'How far the antenna lies ahead of base_link.',
        unit='m', minimum=-20.0, maximum=20.0)
    antenna_y: float = parameter(
        0.0, 'How far the antenna lies left of base_link.',
        unit='m', minimum=-5.0, maximum=5.0)
    course_speed: float = parameter(
        2.0, 'Without a heading the course over ground is taken from this speed on, and held '
        'below it.', unit='m/s', minimum=0.5, maximum=10.0)
    heading_age: float = parameter(
        0.3, 'An older heading or velocity tells nothing any more.',
        unit='s', minimum=0.05, maximum=1.0)
