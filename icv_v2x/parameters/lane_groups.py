# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters of the applications that watch lane changes, passing and turning."""

from __future__ import annotations

from dataclasses import dataclass

from icv_v2x.parameters.schema import parameter

_RULES = 'common rules of the scenario specification'


@dataclass(frozen=True)
class LaneIntent:
    """What shows that the ego is about to change lane or to turn."""

    by_motion: bool = parameter(
        False, 'Whether drifting over the line that is supposed midway to a neighbour counts as '
        'intent; without lanes from a map that line is a guess.')
    crossing_time: float = parameter(
        1.5, 'An ego that crosses the line within this changes lane.',
        unit='s', minimum=0.3, maximum=4.0, source=_RULES)
    drift: float = parameter(
        0.5, 'A heading that differs less from the lane is no drift; the accuracy of headings of '
        'good receivers.', unit='deg', minimum=0.0, maximum=5.0)
    shift: float = parameter(
        0.2, 'A drift counts once the ego has come this far aside; less is a wiggle in the lane.',
        unit='m', minimum=0.0, maximum=1.0)
    path_time: float = parameter(
        6.0, 'How far ahead the planned path is read for a lane change.',
        unit='s', minimum=1.0, maximum=10.0)
    path_turn: float = parameter(
        3.0, 'A planned path that shifts sideways changes lane only if its heading changes by '
        'less than this, else the road bends.', unit='deg', minimum=0.5, maximum=15.0)
    turn_angle: float = parameter(
        45.0, 'A planned path that turns by this much turns off.',
        unit='deg', minimum=20.0, maximum=90.0)
    turn_radius_maximum: float = parameter(
        30.0, 'A wider arc is a bend of the road, no turn at an intersection.',
        unit='m', minimum=10.0, maximum=100.0)
    turn_speed: float = parameter(
        8.3, 'Without a planned path the direction indicator means a turn up to this speed and a '
        'lane change above it.', unit='m/s', minimum=3.0, maximum=20.0)


@dataclass(frozen=True)
class BlindSpot:
    """Blind spot warning (BSW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    nearest: float = parameter(
        0.5, 'Least distance from side to side of a vehicle in the blind spot.',
        unit='m', minimum=0.0, maximum=2.0, source=_RULES)
    farthest: float = parameter(
        3.0, 'Greatest distance from side to side.',
        unit='m', minimum=1.0, maximum=5.0, source=_RULES)
    behind: float = parameter(
        3.0, 'The blind spot reaches this far behind the tail.',
        unit='m', minimum=0.0, maximum=10.0, source=_RULES)
    mirror: float = parameter(
        2.0, 'The blind spot begins at the mirror, this far behind the front of the ego.',
        unit='m', minimum=0.0, maximum=5.0)


@dataclass(frozen=True)
class LaneChangeWarning:
    """Lane change warning (LCW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    time: float = parameter(
        5.0, 'INFO without intent, CAUTION with it, below this time to collision of the vehicle '
        'behind in the next lane.', unit='s', minimum=1.0, maximum=10.0, source=_RULES)
    warning_slow: float = parameter(
        2.5, 'WARNING with intent below this time, closing at 10 m/s or less.',
        unit='s', minimum=0.5, maximum=8.0, source=_RULES)
    warning_medium: float = parameter(
        3.0, 'WARNING likewise, closing at 15 m/s.',
        unit='s', minimum=0.5, maximum=8.0, source=_RULES)
    warning_fast: float = parameter(
        3.5, 'WARNING likewise, closing at 20 m/s or more.',
        unit='s', minimum=0.5, maximum=8.0, source=_RULES)
    follower_deceleration: float = parameter(
        3.0, 'WARNING also where the vehicle behind would have to brake harder than this.',
        unit='m/s2', minimum=0.5, maximum=8.0, source=_RULES)
    follower_delay: float = parameter(
        0.4, 'When the vehicle behind starts to brake.',
        unit='s', minimum=0.0, maximum=2.0, source=_RULES)


@dataclass(frozen=True)
class DoNotPass:
    """Do not pass warning (DNPW)."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    caution_margin: float = parameter(
        5.0, 'CAUTION where oncoming traffic is met within this after the pass.',
        unit='s', minimum=0.0, maximum=15.0, source=_RULES)
    warning_margin: float = parameter(
        3.0, 'WARNING likewise, with intent to pass.',
        unit='s', minimum=0.0, maximum=15.0, source=_RULES)
    return_margin: float = parameter(
        1.0, 'IMMINENT in the oncoming lane where oncoming traffic is met within this after the '
        'ego could be back.', unit='s', minimum=0.0, maximum=5.0, source=_RULES)
    acceleration: float = parameter(
        1.5, 'Acceleration of the ego while it passes.',
        unit='m/s2', minimum=0.3, maximum=5.0, source=_RULES)
    speed_limit: float = parameter(
        22.2, 'Speed up to which the ego passes where no limit is known.',
        unit='m/s', minimum=5.0, maximum=40.0, source='design speed of class 2 highways')
    headway: float = parameter(
        1.0, 'A pass ends this far ahead of the passed vehicle.',
        unit='s', minimum=0.0, maximum=5.0, source=_RULES)
    time_ahead: float = parameter(
        20.0, 'Oncoming traffic that is met later does not matter.',
        unit='s', minimum=5.0, maximum=40.0, source=_RULES)
    distance_ahead: float = parameter(
        700.0, 'Oncoming traffic farther away does not matter.',
        unit='m', minimum=100.0, maximum=1500.0, source=_RULES)
    radio_range: float = parameter(
        300.0, 'How far away oncoming traffic is surely heard.',
        unit='m', minimum=50.0, maximum=1500.0, source='T/CSAE 53-2020, DNPW')
    leader_time: float = parameter(
        4.0, 'A leader farther ahead than the ego drives in this time is not passed yet.',
        unit='s', minimum=1.0, maximum=10.0)
    speed_difference: float = parameter(
        1.4, 'A leader is slower if the ego can pass it with at least this difference in speed.',
        unit='m/s', minimum=0.1, maximum=10.0)
    corridor: float = parameter(
        0.3, 'Oncoming traffic is taken for that of the next lane within this angle beside the '
        'lane; the error of headings.', unit='deg', minimum=0.0, maximum=5.0)
    drop_deceleration: float = parameter(
        3.0, 'Deceleration by which the ego drops back behind the vehicle that it was to pass.',
        unit='m/s2', minimum=0.5, maximum=8.0)
    return_time: float = parameter(
        2.0, 'Time that the way back from the oncoming lane takes.',
        unit='s', minimum=0.5, maximum=6.0)


@dataclass(frozen=True)
class TurnAssist:
    """Left turn assist (LTA), a right turn assist where traffic keeps left."""

    enabled: bool = parameter(True, 'Whether the application speaks.')
    info_time: float = parameter(
        8.0, 'INFO where oncoming traffic arrives within this.',
        unit='s', minimum=2.0, maximum=12.0, source=_RULES)
    gap_car: float = parameter(
        5.5, 'CAUTION where a car finds less than this gap in oncoming traffic.',
        unit='s', minimum=1.0, maximum=12.0, source=_RULES)
    gap_truck: float = parameter(
        6.5, 'CAUTION likewise, trucks and buses.',
        unit='s', minimum=1.0, maximum=12.0, source=_RULES)
    gap_articulated: float = parameter(
        7.5, 'CAUTION likewise, articulated vehicles.',
        unit='s', minimum=1.0, maximum=12.0, source=_RULES)
    articulated_length: float = parameter(
        13.7, 'A longer vehicle is articulated; no rigid one may be longer.',
        unit='m', minimum=8.0, maximum=20.0, source='GB 1589-2016')
    clearance_time: float = parameter(
        1.0, 'WARNING where oncoming traffic arrives within this after the tail has left its '
        'path, or left within this before the ego gets there.',
        unit='s', minimum=0.0, maximum=4.0, source=_RULES)
    acceleration: float = parameter(
        2.0, 'Acceleration with which the ego clears the oncoming path.',
        unit='m/s2', minimum=0.5, maximum=5.0, source=_RULES)
    commit_speed: float = parameter(
        0.5, 'A slower ego waits.', unit='m/s', minimum=0.1, maximum=3.0, source=_RULES)
    radius: float = parameter(
        10.0, 'Radius of the turn where no planned path tells the way.',
        unit='m', minimum=4.0, maximum=30.0)
    last_deceleration: float = parameter(
        8.0, 'IMMINENT only while this deceleration still stops the ego before the zone.',
        unit='m/s2', minimum=4.0, maximum=12.0, source=_RULES)
