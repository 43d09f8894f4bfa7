# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Events, signs and lanes: a table of what is said where, and what is left behind on a drive."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from judge import Said, advisories

from icv_v2x.advisory import Action, Advisory, Application, Level
from icv_v2x.inputs import Verification
from icv_v2x.interchange.map_plans import MAP_AID, LanePlan, LinkPlan, map_octets
from icv_v2x.message_set.records.rsc import CoordinationInfo
from icv_v2x.message_set.records.rsi import AuxiliarySignVehicleType
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.road_events.codes import Event, Sign
from icv_v2x.scenes import EgoOutput, Radio, Scene, kmh
from icv_v2x.scenes.observers import ROADSIDE_RADIO
from icv_v2x.scenes.road_side import RoadSide

INFO, CAUTION, WARNING = Level.INFO, Level.CAUTION, Level.WARNING
HLW, TJW, IVS, SLW, DLM = (
    Application.HLW, Application.TJW, Application.IVS, Application.SLW, Application.DLM)
SPOKEN = {HLW, TJW, IVS, SLW, DLM}
WORKS, JAM = 501, int(Event.CONGESTION)
ROAD = [(-300.0, 0.0), (600.0, 0.0)]
BACK = ROAD[::-1]
LIMIT, END = int(Sign.SPEED_LIMIT), int(Sign.END_OF_SPEED_LIMIT)
ROW_TIME = 0.4


@dataclass(frozen=True)
class Row:
    """What the road side tells an ego that is at (0, 0), heading along x, and what is to be said.

    Attributes:
        name: What is special.
        tell: Lets the units `a` and `b` tell.
        said: Application to level, of all that is to be said at the end.
        speed: [km/h].
        y: [m] of the ego.
        time: [s] after which it is asked.
        radio: Of unit `a`.
        lanes: A map of two lanes is sent: 1 on the left (y 3.5), 2 where the ego is.
        limit: [km/h] of that map.
        parameters: Overrides.
        check: More about what was said.
    """

    name: str
    tell: Callable[[RoadSide], None]
    said: dict[Application, Level] = field(default_factory=dict)
    speed: float = 60.0
    y: float = 0.0
    time: float = ROW_TIME
    radio: Radio = ROADSIDE_RADIO
    lanes: bool = False
    limit: float = 100.0
    parameters: dict[str, Any] = field(default_factory=dict)
    check: Callable[[list[Advisory]], None] | None = None


def event(x: float | None, y: float = 0.0, code: int = WORKS, **told: Any
          ) -> Callable[[RoadSide], None]:
    at = None if x is None else (x, y)
    return lambda road: road.event('a', 1, code, at=at, **{'paths': [ROAD], **told})


def sign(code: int, text: str = '', **told: Any) -> Callable[[RoadSide], None]:
    return lambda road: road.sign('a', 1, code, text=text, **{'paths': [ROAD], **told})


def both(*parts: Callable[[RoadSide], None]) -> Callable[[RoadSide], None]:
    def tell(road: RoadSide) -> None:
        for part in parts:
            part(road)
    return tell


def again(unit: str, number: int, code: int, **told: Any) -> Callable[[RoadSide], None]:
    return lambda road: road.sign(unit, number, code, **{'paths': [ROAD], **told})


def lane(bits: int, information: CoordinationInfo, **told: Any) -> Callable[[RoadSide], None]:
    return lambda road: road.lane('a', (1, 2, bits), information, **told)


def one(**expected: Any) -> Callable[[list[Advisory]], None]:
    def check(said: list[Advisory]) -> None:
        assert len(said) == 1
        for name, value in expected.items():
            assert getattr(said[0], name) == pytest.approx(value, abs=0.6)
    return check


def slowest(speed: float) -> Callable[[list[Advisory]], None]:
    def check(said: list[Advisory]) -> None:
        assert [a.speed_max for a in said if a.application == SLW] == [
            pytest.approx(speed / 3.6, abs=0.01)]
    return check


def count(application: Application, number: int) -> Callable[[list[Advisory]], None]:
    def check(said: list[Advisory]) -> None:
        assert sum(a.application == application for a in said) == number
    return check


def advises(action: Action) -> Callable[[list[Advisory]], None]:
    def check(said: list[Advisory]) -> None:
        assert [a.action for a in said if a.application == DLM] == [action]
    return check


def corroborated(said: list[Advisory]) -> None:
    assert [a.corroborated for a in said] == [True]


UNVERIFIED = Radio(role=ROADSIDE_RADIO.role, verification=Verification.NOT_CHECKED)
AHEAD = [(60.0, 0.0), (260.0, 0.0)]
HERE = [(-50.0, 0.0), (150.0, 0.0)]
BEHIND = [(-200.0, 0.0), (-20.0, 0.0)]
BESIDE = [(-300.0, 5.0), (600.0, 5.0)]
ACROSS = [(100.0, -200.0), (100.0, 200.0)]
TRUCKS = AuxiliarySignVehicleType.TRUCK
OWN, OTHER, BOTH = 1 << 2, 1 << 1, 1 << 1 | 1 << 2
CLOSED, KEPT = CoordinationInfo.LANE_RESTRICTION, CoordinationInfo.LANE_RESERVATION
FREE = [Row('nothing told', lambda road: None), Row(
    'the map alone, below its limit', lambda road: None, {SLW: INFO}, lanes=True)]

EVENTS = [
    Row('far ahead on the path', event(200.0), {HLW: INFO}, check=one(distance=197.7)),
    Row('near ahead', event(80.0), {HLW: CAUTION}),
    Row('nearer than it takes to stop', event(50.0), {HLW: WARNING}),
    Row('the same told without signature', event(50.0), {HLW: CAUTION}, radio=UNVERIFIED),
    Row('the same, where nobody needs to sign', event(50.0), {HLW: WARNING}, radio=UNVERIFIED,
        parameters={'trust__minimum_verification': 'not_checked'}),
    Row('the same, hardly sure', event(50.0, confidence=0.3), {HLW: CAUTION}),
    Row('the same, fairly sure', event(50.0, confidence=0.8), {HLW: WARNING}),
    Row('the same, a slower ego', event(50.0), {HLW: CAUTION}, speed=40.0),
    Row('not yet near', event(420.0)),
    Row('passed', event(-10.0)),
    Row('path beside', event(80.0, paths=[BESIDE])),
    Row('ego beside the path', event(80.0), y=5.0),
    Row('path of the other direction', event(80.0, paths=[BACK])),
    Row('path across', event(100.0, paths=[ACROSS])),
    Row('path of several directions', event(80.0, paths=[ACROSS, BACK, ROAD]), {HLW: CAUTION}),
    Row('path behind', event(None, paths=[BEHIND])),
    Row('path that begins ahead', event(None, paths=[[(150.0, 0.0), (300.0, 0.0)]]), {HLW: INFO},
        check=one(distance=147.7)),
    Row('path that holds here', event(None, paths=[HERE]), {HLW: CAUTION}),
    Row('wide path, event in the next lane', event(50.0, 3.5, half_width=6.0), {HLW: INFO}),
    Row('wide path, event in the own lane', event(50.0, 0.5, half_width=6.0), {HLW: WARNING}),
    Row('curved path', event(
        100.0, 40.0, paths=[[(-50.0, 0.0), (20.0, 0.0), (70.0, 20.0), (100.0, 40.0)]]),
        {HLW: INFO}, check=one(distance=107.6)),
    Row('no path, in the own lane', event(50.0, paths=[]), {HLW: WARNING}),
    Row('no path, beside', event(50.0, 5.0, paths=[]), {HLW: INFO}),
    Row('no path, beside, within its radius', event(50.0, 5.0, paths=[], radius=10.0),
        {HLW: WARNING}),
    Row('no path, another road', event(50.0, 15.0, paths=[])),
    Row('no path, another road within the radius', event(150.0, 30.0, paths=[], radius=50.0),
        {HLW: INFO}),
    Row('no path, behind', event(-30.0, paths=[])),
    Row('begun and not ended', event(200.0, begin=-3600.0, end=3600.0), {HLW: INFO}),
    Row('not begun', event(200.0, begin=3600.0)),
    Row('ended', event(200.0, begin=-7200.0, end=-3600.0)),
    Row('cancelled', event(200.0, until=0.2), time=4.0),
    Row('not cancelled yet', event(200.0, until=0.2), {HLW: INFO}, time=1.0),
    Row('moved', both(event(200.0, until=0.1), lambda road: road.event(
        'a', 1, WORKS, at=(80.0, 0.0), paths=[ROAD], first=0.3)), {HLW: CAUTION},
        check=count(HLW, 1)),
    Row('told by two', both(event(200.0), lambda road: road.event(
        'b', 9, WORKS, at=(205.0, 1.0), paths=[ROAD])), {HLW: INFO}, check=corroborated),
    Row('two events', both(event(200.0), lambda road: road.event(
        'b', 9, WORKS, at=(280.0, 0.0), paths=[ROAD])), {HLW: INFO}, check=count(HLW, 2)),
    Row('one for each direction', both(event(200.0), lambda road: road.event(
        'b', 9, WORKS, at=(200.0, 3.0), paths=[BACK])), {HLW: INFO}, check=count(HLW, 1)),
    Row('told by a vehicle', event(50.0), radio=Radio()),
    Row('jam far ahead', event(200.0, code=JAM), {TJW: INFO}),
    Row('jam near', event(50.0, code=JAM), {TJW: WARNING}),
    Row('in the jam', event(50.0, code=JAM), speed=15.0),
    Row('switched off', event(50.0), parameters={'hlw__enabled': False}),
]
SIGNS = [
    Row('limit ahead', sign(LIMIT, '40', paths=[AHEAD]), {IVS: INFO}),
    Row('too fast', sign(LIMIT, '40'), {IVS: INFO, SLW: CAUTION}, check=slowest(40.0)),
    Row('too fast for long', sign(LIMIT, '40'), {IVS: INFO, SLW: WARNING}, time=2.8),
    Row('too fast for long, unsigned', sign(LIMIT, '40'), {IVS: INFO, SLW: CAUTION}, time=2.8,
        radio=UNVERIFIED),
    Row('a little too fast', sign(LIMIT, '58'), {IVS: INFO, SLW: INFO}),
    Row('four too fast', sign(LIMIT, '56'), {IVS: INFO, SLW: CAUTION}, time=2.8),
    Row('slow enough for long', sign(LIMIT, '60'), {IVS: INFO}, time=6.0),
    Row('limit in Chinese after its code', sign(LIMIT, '4001000000000000 \u9650\u901f40'),
        {IVS: INFO, SLW: CAUTION}, check=slowest(40.0)),
    Row('limit behind', sign(LIMIT, '40', paths=[BEHIND])),
    Row('limit of the other direction', sign(LIMIT, '40', paths=[BACK])),
    Row('limit of the road beside', sign(LIMIT, '40', paths=[BESIDE])),
    Row('limit that has ended', sign(LIMIT, '40', end=-120.0)),
    Row('the stricter of two', both(sign(LIMIT, '50'), again('a', 2, LIMIT, text='40')),
        {IVS: INFO, SLW: CAUTION}, check=slowest(40.0)),
    Row('the stricter of two senders', both(sign(LIMIT, '40'), again('b', 1, LIMIT, text='50')),
        {IVS: INFO, SLW: CAUTION}, check=slowest(40.0)),
    Row('end of the limit', both(
        sign(LIMIT, '40'), again('a', 2, END, text='40', paths=[HERE])), {IVS: INFO}),
    Row('end of another limit', both(
        sign(LIMIT, '40'), again('a', 2, END, text='30', paths=[HERE])),
        {IVS: INFO, SLW: CAUTION}),
    Row('limit for trucks, a car', sign(LIMIT, '40', vehicles=TRUCKS)),
    Row('limit for trucks, a truck', sign(LIMIT, '40', vehicles=TRUCKS),
        {IVS: INFO, SLW: CAUTION}, parameters={'vehicle__kind': 'truck'}),
    Row('limit of an event', event(200.0, text='works, limit 40'), {HLW: INFO, SLW: CAUTION},
        check=slowest(40.0)),
    Row('limit without a number', sign(LIMIT, 'slow'), {IVS: INFO}),
    Row('sign without a path', sign(int(Sign.SHARP_CURVE), at=(60.0, 4.0), paths=[]),
        {IVS: INFO}),
    Row('sign without a path, passed', sign(int(Sign.SHARP_CURVE), at=(-20.0, 4.0), paths=[])),
    Row('text only', sign(0, 'Fog ahead', paths=[AHEAD]), {IVS: INFO}),
    Row('low bridge', sign(int(Sign.HEIGHT_LIMIT), '1.2', paths=[AHEAD]), {IVS: CAUTION}),
    Row('low bridge near', sign(
        int(Sign.HEIGHT_LIMIT), '1.2', paths=[[(45.0, 0.0), (80.0, 0.0)]]), {IVS: WARNING}),
    Row('high bridge', sign(int(Sign.HEIGHT_LIMIT), '4.5', paths=[AHEAD]), {IVS: INFO}),
    Row('too heavy', sign(int(Sign.MASS_LIMIT), '1.5t', paths=[AHEAD]), {IVS: CAUTION}),
    Row('light enough', sign(int(Sign.MASS_LIMIT), '3.5t', paths=[AHEAD]), {IVS: INFO}),
    Row('too wide', sign(int(Sign.WIDTH_LIMIT), '1.6m', paths=[AHEAD]), {IVS: CAUTION}),
    Row('no entry', sign(int(Sign.NO_ENTRY), paths=[AHEAD]), {IVS: CAUTION}),
    Row('no trucks, a car', sign(int(Sign.NO_TRUCKS), paths=[AHEAD]), {IVS: INFO}),
    Row('no trucks, a truck', sign(int(Sign.NO_TRUCKS), paths=[AHEAD]), {IVS: CAUTION},
        parameters={'vehicle__kind': 'truck'}),
    Row('limit of a zone', sign(90, '40'), {IVS: INFO, SLW: CAUTION}, check=slowest(40.0)),
    Row('end of a zone', sign(91, '40'), {IVS: INFO}),
    Row('bus lane by number', sign(123), {IVS: INFO, DLM: CAUTION}),
    Row('motor vehicles by number', sign(124), {IVS: INFO}),
    Row('rapid transit by number', sign(128), {IVS: INFO, DLM: CAUTION}),
    Row('bus lane, a car', sign(int(Sign.BUS_LANE)), {IVS: INFO, DLM: CAUTION}),
    Row('bus lane, a bus', sign(int(Sign.BUS_LANE)), {IVS: INFO, DLM: INFO},
        parameters={'vehicle__kind': 'bus'}),
    Row('lane for many, alone', sign(int(Sign.HIGH_OCCUPANCY_LANE)), {IVS: INFO, DLM: CAUTION}),
    Row('lane for many, many', sign(int(Sign.HIGH_OCCUPANCY_LANE)), {IVS: INFO, DLM: INFO},
        parameters={'vehicle__high_occupancy': True}),
]
LANES = [
    Row('map limit', lambda road: None, {SLW: CAUTION}, lanes=True, limit=50.0,
        check=slowest(50.0)),
    Row('sign stricter than the map', sign(LIMIT, '40', links=[(1, 2, 0)], paths=[]),
        {IVS: INFO, SLW: CAUTION}, lanes=True, limit=50.0, check=slowest(40.0)),
    Row('map stricter than the sign', sign(LIMIT, '55', links=[(1, 2, 0)], paths=[]),
        {IVS: INFO, SLW: CAUTION}, lanes=True, limit=50.0, check=slowest(50.0)),
    Row('sign for the own lane', sign(LIMIT, '40', links=[(1, 2, OWN)], paths=[]),
        {IVS: INFO, SLW: CAUTION}, lanes=True, check=slowest(40.0)),
    Row('sign for the other lane', sign(LIMIT, '40', links=[(1, 2, OTHER)], paths=[]),
        {IVS: INFO, SLW: INFO}, lanes=True, check=slowest(100.0)),
    Row('sign for another link', sign(LIMIT, '40', links=[(2, 1, 0)], paths=[]), {SLW: INFO},
        lanes=True),
    Row('link without a map', sign(LIMIT, '40', links=[(1, 2, 0)], paths=[])),
    Row('event on the link', event(50.0, links=[(1, 2, 0)], paths=[]),
        {HLW: WARNING, SLW: INFO}, lanes=True),
    Row('event on the other lane', event(50.0, 3.5, links=[(1, 2, OTHER)], paths=[]),
        {HLW: INFO, SLW: INFO, DLM: INFO}, lanes=True),
    Row('own lane closed by coordination', lane(OWN, CLOSED), {DLM: CAUTION, SLW: INFO},
        lanes=True, check=advises(Action.CHANGE_LANE_LEFT)),
    Row('other lane closed by coordination', lane(OTHER, CLOSED), {DLM: INFO, SLW: INFO},
        lanes=True),
    Row('both lanes closed', lane(BOTH, CLOSED), {DLM: CAUTION, SLW: INFO}, lanes=True,
        check=advises(Action.MONITOR)),
    Row('own lane for buses', lane(OWN, KEPT, text='bus lane'), {DLM: CAUTION, SLW: INFO},
        lanes=True),
    Row('own lane for buses, a bus', lane(OWN, KEPT, text='bus lane'), {DLM: INFO, SLW: INFO},
        lanes=True, parameters={'vehicle__kind': 'bus'}),
    Row('coordination asks to change', lane(
        OWN, CLOSED, behavior=DriveBehavior.LANE_CHANGING_TO_RIGHT), {DLM: CAUTION, SLW: INFO},
        lanes=True, check=advises(Action.CHANGE_LANE_RIGHT)),
    Row('coordination sets a speed', lane(
        OWN, CoordinationInfo.DYNAMIC_LANE_MANAGEMENT, speed=kmh(40)),
        {DLM: INFO, SLW: CAUTION}, lanes=True, check=slowest(40.0)),
    Row('closed by path', lane(0, CLOSED, paths=[AHEAD]), {DLM: CAUTION}),
    Row('works on the own lane', event(None, links=[(1, 2, OWN)], paths=[]),
        {HLW: CAUTION, DLM: CAUTION, SLW: INFO}, lanes=True),
]
TABLE = FREE + EVENTS + SIGNS + LANES


def two_lanes(road: RoadSide, limit: float) -> None:
    def make(site: Any) -> bytes:
        def line(y: float) -> Any:
            return np.array([site.scene.in_map(x, y) for x in (-300.0, 0.0, 300.0, 600.0)])
        link = LinkPlan(1, 2, (LanePlan(1, line(3.5)), LanePlan(2, line(0.0))), limit=limit / 3.6)
        return map_octets([link], site.map_frame, count=site.count)
    road.repeats('a', make, aid=MAP_AID)


def scene_of(row: Row) -> Scene:
    scene = Scene(row.time)
    scene.ego(kmh(row.speed), x=-kmh(row.speed) * row.time, y=row.y)
    scene.roadside_unit('a', x=100.0, y=20.0, radio=row.radio)
    scene.roadside_unit('b', x=150.0, y=-20.0)
    row.tell(scene.road_side)
    if row.lanes:
        two_lanes(scene.road_side, row.limit)
    return scene


def loudest(said: list[Advisory]) -> dict[Application, Level]:
    levels: dict[Application, Level] = {}
    for advisory in said:
        known = levels.get(advisory.application, Level.NONE)
        levels[advisory.application] = max(known, advisory.level)
    return levels


@pytest.mark.parametrize('row', TABLE, ids=[row.name for row in TABLE])
def test_each_row_of_the_table_is_decided_right(row: Row) -> None:
    turned = 2.0 * math.pi * (TABLE.index(row) * 7 % 24) / 24.0
    # Lanes are numbered from the left, whatever side traffic keeps to.
    mirrored = not row.lanes and TABLE.index(row) % 2 == 1
    scene = scene_of(row).placed(rotation=turned, shift=(40.0, -70.0), mirrored=mirrored)
    said = advisories(scene, **row.parameters)
    last = [s.advisory for s in said if s.time >= row.time - 0.01]
    spoken = [advisory for advisory in last if advisory.application in SPOKEN]
    assert loudest(spoken) == row.said, [a.reason for a in spoken]
    if row.check is not None:
        row.check(spoken)


def drive(told: Callable[[RoadSide], None], seconds: float, **ego: Any) -> list[Said]:
    scene = Scene(seconds)
    scene.ego(kmh(72), **ego)
    scene.roadside_unit('a', x=100.0, y=20.0)
    told(scene.road_side)
    return advisories(scene)


def spoken_of(said: list[Said], application: Application, level: Level = INFO) -> list[float]:
    return [
        s.time for s in said
        if s.advisory.application == application and s.advisory.level >= level]


def test_what_is_left_behind_is_released() -> None:
    said = drive(both(
        sign(LIMIT, '40', paths=[[(40.0, 0.0), (100.0, 0.0)]]),
        lambda road: road.event('a', 1, WORKS, at=(80.0, 0.0), paths=[ROAD])), 7.0)
    # The front is at 2.3 m + 20 m/s * t; a level is held for half a second.
    limit, works = spoken_of(said, SLW), spoken_of(said, HLW)
    assert limit[0] == pytest.approx(1.9, abs=0.1)
    assert limit[-1] == pytest.approx(4.9 + 0.5, abs=0.1)
    assert works[0] < 0.2
    assert works[-1] == pytest.approx(3.9 + 0.5, abs=0.1)


def test_an_event_beyond_the_planned_turn_is_not_on_the_route() -> None:
    def said(path_rate: float) -> list[Said]:
        scene = Scene(1.0)
        scene.ego(kmh(30), output=EgoOutput(path_rate=path_rate)).keep(2.0).turn(math.pi / 2, 15.0)
        scene.roadside_unit('a', x=100.0, y=20.0)
        event(120.0)(scene.road_side)
        return advisories(scene)

    assert spoken_of(said(0.0), HLW)
    assert not spoken_of(said(10.0), HLW)


@pytest.mark.parametrize(('left', 'speed', 'number', 'heard'), [
    (0.0, 2.0, 6, True), (0.0, 2.0, 3, False), (0.0, 12.0, 6, False), (14.0, 2.0, 6, False),
], ids=['jam', 'too few', 'flowing', 'another road'])
def test_slow_tracks_ahead_are_a_jam(left: float, speed: float, number: int, heard: bool) -> None:
    scene = Scene(1.0)
    scene.ego(kmh(72))
    for place in range(number):
        scene.car(f'car {place}', ahead=150.0 + 12.0 * (place // 2),
                  left=left + 3.5 * (place % 2), speed=speed)
    said = advisories(scene)
    assert bool(spoken_of(said, TJW)) == heard


@pytest.mark.parametrize(('start', 'begin', 'end', 'before', 'after'), [
    ('2025-06-01T23:59:58Z', '2025-06-01T23:50Z', '2025-06-02T00:00Z', True, False),
    ('2025-06-01T23:59:58Z', '2025-06-02T00:00Z', '2025-06-02T01:00Z', False, True),
    ('2025-12-31T23:59:58Z', '2025-12-31T22:00Z', '2026-01-01T02:00Z', True, True),
    ('2025-12-31T23:59:58Z', '2026-01-01T00:00Z', None, False, True),
    ('2025-12-31T23:59:58Z', None, '2026-01-01T00:00Z', True, False),
    ('2024-02-28T23:59:58Z', '2024-02-29T00:00Z', '2024-03-01T00:00Z', False, True),
    ('2025-06-01T09:59:58Z', '2025-06-01T10:00Z', '2025-06-01T10:01Z', False, True),
], ids=['ends at midnight', 'begins at midnight', 'over New Year', 'begins at New Year',
        'ends at New Year', 'leap day', 'begins with the hour'])
def test_times_hold_across_midnight_new_year_and_the_hour(
    start: str, begin: str | None, end: str | None, before: bool, after: bool,
) -> None:
    scene = Scene(3.2, start=start)
    scene.ego(kmh(30))
    scene.roadside_unit('a', x=100.0, y=20.0)
    event(250.0, begin=begin, end=end)(scene.road_side)
    times = spoken_of(advisories(scene), HLW)
    assert any(time < 1.9 for time in times) == before
    # What ends is held half a second.
    assert any(time > 2.7 for time in times) == after
