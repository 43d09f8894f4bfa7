# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the codes of signs and events mean, as far as a vehicle acts on them."""

from __future__ import annotations

import math
import re
from enum import IntEnum
from functools import lru_cache

_KILOMETRES_PER_HOUR = 1.0 / 3.6
# A description may begin with the sixteen digits of GB/T 30699-2014, which are no figure.
_SIGN_CODE = re.compile(r'^\s*\d{16}')
_NUMBER = re.compile(r'(\d+(?:\.\d+)?)')
_LIMIT = re.compile(
    r'(?:限速|限制速度|速度限制|speed\s*limit|limit)\D{0,8}?(\d+(?:\.\d+)?)', re.IGNORECASE)
_CLOSED = re.compile(r'封闭|关闭|禁行|占道|占用|closed|blocked', re.IGNORECASE)
_BUS = re.compile(r'公交|巴士|\bbus', re.IGNORECASE)
_OCCUPANCY = re.compile(r'多乘员|HOV|high.occupancy', re.IGNORECASE)
_FASTEST = 150.0


class Sign(IntEnum):
    """Signs that matter to a vehicle: places in the index of Chinese names of GB 5768.2-2009.

    The index counts warning signs from 1, prohibitions from 48, mandatory signs from 96 and others
    after them, each in the order of their figures. Numbers were compared with two public tables:
    the figures' order, and the index as road-side software of others sends it in `signType`.
    """

    TEXT = 0
    CROSSROADS = 1
    SHARP_CURVE = 2
    REVERSE_CURVE = 3
    WINDING_ROAD = 4
    STEEP_SLOPE = 5
    LONG_DESCENT = 6
    NARROW_ROAD = 7
    NARROW_BRIDGE = 8
    TWO_WAY_TRAFFIC = 9
    PEDESTRIANS = 10
    CHILDREN = 11
    ANIMALS = 12
    WILD_ANIMALS = 13
    TRAFFIC_LIGHTS = 14
    FALLING_ROCKS = 15
    CROSSWIND = 16
    SLIPPERY = 17
    HILLSIDE_ROAD = 18
    EMBANKMENT = 19
    VILLAGE = 20
    TUNNEL = 21
    FERRY = 22
    HUMPBACK_BRIDGE = 23
    UNEVEN_ROAD = 24
    ROAD_HUMP = 25
    ROAD_DIP = 26
    FORD = 27
    RAILWAY_GUARDED = 28
    RAILWAY_UNGUARDED = 29
    CYCLISTS = 32
    DISABLED_PEOPLE = 33
    ACCIDENT_BLACK_SPOT = 34
    SLOW_DOWN = 35
    OBSTACLE = 36
    DANGER = 37
    ROAD_WORKS = 38
    ADVISORY_SPEED = 39
    TUNNEL_LIGHTS = 40
    TIDAL_LANE = 41
    KEEP_DISTANCE = 42
    DIVIDED_ROAD = 43
    MERGING_TRAFFIC = 44
    ESCAPE_LANE = 45
    BAD_WEATHER = 46
    QUEUE_AHEAD = 47
    STOP = 48
    GIVE_WAY = 49
    GIVE_WAY_TO_ONCOMING = 50
    ROAD_CLOSED = 51
    NO_ENTRY = 52
    NO_MOTOR_VEHICLES = 53
    NO_TRUCKS = 54
    NO_BUSES = 56
    NO_CARS = 57
    NO_TRAILERS = 58
    NO_LEFT_TURN = 69
    NO_RIGHT_TURN = 70
    NO_STRAIGHT_ON = 71
    NO_U_TURN = 75
    NO_OVERTAKING = 76
    END_OF_NO_OVERTAKING = 77
    NO_PARKING = 78
    NO_LONG_PARKING = 79
    NO_HORN = 80
    WIDTH_LIMIT = 81
    HEIGHT_LIMIT = 82
    MASS_LIMIT = 83
    AXLE_LOAD_LIMIT = 84
    SPEED_LIMIT = 85
    END_OF_SPEED_LIMIT = 86
    CHECKPOINT = 87
    NO_DANGEROUS_GOODS = 88
    ZONE_SPEED_LIMIT = 90
    END_OF_ZONE_SPEED_LIMIT = 91
    MINIMUM_SPEED = 111
    CROSSWALK = 114
    BUS_LANE = 123
    MOTOR_VEHICLES = 124
    MOTOR_LANE = 125
    CYCLES = 126
    CYCLE_LANE = 127
    RAPID_TRANSIT_LANE = 128
    HIGH_OCCUPANCY_LANE = 129
    U_TURN_ALLOWED = 131
    FEWER_LANES = 163
    MORE_LANES = 164
    SCHOOL = 242


class Event(IntEnum):
    """Events of GB/T 29100-2012: a hundred is a class, what follows the number in it."""

    DEBRIS = 401
    WATER = 407
    SLIPPERY = 408
    CONGESTION = 707
    SLOW_VEHICLE = 902
    PARKED_VEHICLE = 903
    WRONG_WAY = 904


_CLASSES = {
    1: 'Accident', 2: 'Disaster', 3: 'Bad weather', 4: 'Bad road surface', 5: 'Road works',
    6: 'Public event', 7: 'Traffic disturbance', 8: 'Traffic control', 9: 'Irregular vehicle',
}
_ROAD_WORKS = 5


def event_name(code: int) -> str:
    """Return what an event is, in words."""
    try:
        return _words(Event(code))
    except ValueError:
        return _CLASSES.get(code // 100, f'Event {code}')


def sign_name(code: int, description: str = '') -> str:
    """Return what a sign says, in words; of a text sign its text."""
    if code == Sign.TEXT:
        return f'Sign "{description[:60]}"' if description else 'Sign'
    try:
        return f'Sign {Sign(code).name.lower().replace("_", " ")}'
    except ValueError:
        return f'Sign {code} of GB 5768.2'


def is_road_works(code: int) -> bool:
    """Return whether an event is road works."""
    return code // 100 == _ROAD_WORKS


@lru_cache(maxsize=1024)
def figure(description: str) -> float:
    """Return the number on a sign, in the unit of the sign, NaN where its text has none.

    The unit is km/h, m or t; a leading code of GB/T 30699-2014 is passed over.
    """
    found = _NUMBER.search(_SIGN_CODE.sub('', description))
    return float(found.group(1)) if found else math.nan


@lru_cache(maxsize=1024)
def sign_speed(description: str) -> float:
    """Return the speed on a speed sign [m/s], NaN where its text has none that is possible."""
    number = figure(description)
    return number * _KILOMETRES_PER_HOUR if 0.0 < number <= _FASTEST else math.nan


@lru_cache(maxsize=1024)
def stated_limit(description: str) -> float:
    """Return a speed limit that the text of an event names [m/s], NaN where it names none."""
    found = _LIMIT.search(description)
    number = float(found.group(1)) if found else math.nan
    return number * _KILOMETRES_PER_HOUR if 0.0 < number <= _FASTEST else math.nan


def tells_closed(description: str) -> bool:
    """Return whether a text says that a lane or road is closed."""
    return _CLOSED.search(description) is not None


def for_buses(description: str) -> bool:
    """Return whether a text speaks of buses."""
    return _BUS.search(description) is not None


def for_high_occupancy(description: str) -> bool:
    """Return whether a text speaks of vehicles with several occupants."""
    return _OCCUPANCY.search(description) is not None


def _words(code: Event) -> str:
    return code.name.capitalize().replace('_', ' ')
