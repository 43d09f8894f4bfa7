# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of importing trajectory sets: every kind, real recordings, and sources that are wrong."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import FrameBatch, Odometry, VehicleStatus
from icv_v2x.interchange import BagReader
from icv_v2x.message_set import Encoding, decode_frames
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.parameters import load
from icv_v2x.tools import cli
from icv_v2x.tools.errors import SourceError
from icv_v2x.tools.import_trajectories import EPOCH, LATENCY, vehicle_numbers, write
from icv_v2x.tools.trajectories import Trajectory, commonroad, sumo, table


def state(time: int, x: float, y: float, *, speed: float = 10.0, extra: str = '') -> str:
    return f"""
        <position><point><x>{x}</x><y>{y}</y></point></position>
        <orientation><exact>0.5</exact></orientation><time><exact>{time}</exact></time>
        <velocity><exact>{speed}</exact></velocity>{extra}"""


def obstacle(tag: str, number: int, kind: str, states: list[str], role: str = '') -> str:
    first, *others = states
    trajectory = ''.join(f'<state>{one}</state>' for one in others)
    return f"""
        <{tag} id="{number}">{f'<role>{role}</role>' if role else ''}<type>{kind}</type>
        <shape><rectangle><length>4.5</length><width>1.8</width></rectangle></shape>
        <initialState>{first}</initialState>
        {f'<trajectory>{trajectory}</trajectory>' if others else ''}</{tag}>"""


def scenario(content: str, version: str = '2020a', head: str = '') -> str:
    return (
        f'<?xml version="1.0"?><commonRoad commonRoadVersion="{version}" timeStepSize="0.1">'
        f'{head}{content}</commonRoad>')


MOVING = [state(step, float(step), 2.0 * step) for step in range(5)]
STANDING = [state(0, 7.0, 8.0, speed=0.0)]


def read_commonroad(tmp_path: Path, text: str) -> dict[str, Trajectory]:
    path = tmp_path / 'scenario.xml'
    path.write_text(text)
    return {one.name: one for one in commonroad.read(path).trajectories}


@pytest.mark.parametrize('version', ['2018b', '2020a'])
def test_dynamic_and_static_obstacles_are_read(tmp_path: Path, version: str) -> None:
    if version == '2018b':
        content = obstacle('obstacle', 1, 'car', MOVING, 'dynamic') + obstacle(
            'obstacle', 2, 'parkedVehicle', STANDING, 'static')
    else:
        content = obstacle('dynamicObstacle', 1, 'truck', MOVING) + obstacle(
            'staticObstacle', 2, 'parkedVehicle', STANDING)
    read = read_commonroad(tmp_path, scenario(content, version))
    moving, standing = read['1'], read['2']
    np.testing.assert_allclose(moving.time, [0.0, 0.1, 0.2, 0.3, 0.4])
    assert moving.object_class is (ObjectClass.CAR if version == '2018b' else ObjectClass.TRUCK)
    assert np.isnan(moving.acceleration).all()
    assert standing.fixed
    assert len(standing) == 5
    assert (standing.x[4], standing.speed[4]) == (7.0, 0.0)


def test_buildings_do_not_speak(tmp_path: Path) -> None:
    path = tmp_path / 'scenario.xml'
    path.write_text(scenario(obstacle('dynamicObstacle', 1, 'car', MOVING) + obstacle(
        'staticObstacle', 2, 'building', STANDING)))
    recording = commonroad.read(path)
    assert [one.name for one in recording.trajectories] == ['1']
    assert recording.notes == ('1 obstacles without a radio are left out',)


@pytest.mark.parametrize(('head', 'place'), [
    ('<location><gpsLatitude>34.1</gpsLatitude><gpsLongitude>-118.3</gpsLongitude></location>',
     (34.1, -118.3)),
    ('<location><gpsLatitude>999</gpsLatitude><gpsLongitude>999</gpsLongitude></location>',
     (None, None)),
    ('', (None, None)),
])
def test_the_place_is_taken_where_it_is_known(
    tmp_path: Path, head: str, place: tuple[float | None, float | None],
) -> None:
    path = tmp_path / 'scenario.xml'
    path.write_text(scenario(obstacle('dynamicObstacle', 1, 'car', MOVING), head=head))
    recording = commonroad.read(path)
    assert (recording.latitude, recording.longitude) == place


def test_an_interval_counts_as_its_middle(tmp_path: Path) -> None:
    between = '<intervalStart>1</intervalStart><intervalEnd>3</intervalEnd>'
    extra = f'<acceleration>{between}</acceleration>'
    read = read_commonroad(tmp_path, scenario(
        obstacle('dynamicObstacle', 1, 'car', [state(0, 0.0, 0.0, extra=extra)])))
    assert read['1'].acceleration.tolist() == [2.0]


@pytest.mark.parametrize(('text', 'said'), [
    ('<other/>', 'its root is <other>'),
    (scenario('', '2016'), 'version 2016, expected one of 2018b, 2020a'),
    (scenario(''), 'has no road user'),
    (scenario(obstacle('dynamicObstacle', 1, 'car', MOVING)).replace('10.0', 'fast'), "'fast'"),
    (scenario(obstacle('dynamicObstacle', 1, 'car', [*MOVING, MOVING[0]])), 'at the same time'),
    (scenario(obstacle('dynamicObstacle', 1, 'car', MOVING) * 2), 'have the same id'),
    (scenario(obstacle('dynamicObstacle', 1, 'car', MOVING))[:-30], 'is no CommonRoad scenario'),
])
def test_a_wrong_scenario_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_commonroad(tmp_path, text)


def test_floating_car_data_is_turned_to_centre_and_yaw(tmp_path: Path) -> None:
    path = tmp_path / 'fcd.xml.gz'
    path.write_bytes(gzip.compress(b"""<fcd-export>
        <timestep time="0.00"><vehicle id="flow.0" x="100" y="50" angle="90" type="passenger"
            speed="10" acceleration="0.5"/>
            <person id="p" x="1" y="2" angle="0" speed="1"/></timestep>
        <timestep time="0.10"><vehicle id="flow.0" x="101" y="50" angle="90" type="passenger"
            speed="10" acceleration="0.5"/></timestep>
        <timestep time="0.20"><vehicle id="b" x="0" y="10" angle="0" type="truck" length="8"
            speed="5"/></timestep></fcd-export>"""))
    recording = sumo.read(path)
    car, person, truck = recording.trajectories
    assert recording.simulated
    assert car.heading[0] == pytest.approx(0.0)
    assert (car.x[0], car.y[0]) == (pytest.approx(97.5), pytest.approx(50.0))
    assert car.acceleration.tolist() == [0.5, 0.5]
    assert person.object_class is ObjectClass.PEDESTRIAN
    assert (truck.length, truck.width) == (8.0, 2.4)
    assert (truck.x[0], truck.y[0]) == (pytest.approx(0.0), pytest.approx(6.0))
    assert truck.heading[0] == pytest.approx(math.pi / 2)
    assert recording.longest() is car


TABLE = """t,id,x,y,heading,speed,acceleration,length,width,class
0.0,7,0,0,0,10,0.5,4.5,1.8,car
0.1,7,1,0,0,10,0.5,4.5,1.8,car
0.0,b-1,50,3,3.1,8,,,,TRUCK
"""


def test_a_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'table.csv'
    path.write_text(TABLE)
    car, truck = table.read(path).trajectories
    assert car.time.tolist() == [0.0, 0.1]
    assert truck.object_class is ObjectClass.TRUCK
    assert math.isnan(truck.acceleration[0])


@pytest.mark.parametrize(('old', 'new', 'said'), [
    ('speed', 'v', 'no column speed'),
    ('0.1,7,1,0', '0.1,7,one,0', "line 3: x is 'one'"),
    ('0.1,7,1,0', '0.1,7,nan,0', "line 3: x is 'nan'"),
    ('0.1,7,1', '0.0,7,1', '7 has two rows for the same time'),
    ('TRUCK', 'dragon', "class is 'dragon', expected one of unknown, car"),
    ('0.1,7,', '0.1,,', 'line 3: id is empty'),
])
def test_a_wrong_table_is_named_by_its_line(
    tmp_path: Path, old: str, new: str, said: str,
) -> None:
    path = tmp_path / 'table.csv'
    path.write_text(TABLE.replace(old, new))
    with pytest.raises(SourceError, match=said):
        table.read(path)


def test_damaged_gzip_is_named(tmp_path: Path) -> None:
    path = tmp_path / 'table.csv.gz'
    path.write_bytes(gzip.compress(TABLE.encode() * 50)[:60])
    with pytest.raises(SourceError, match=r'table\.csv\.gz is no table'):
        table.read(path)


def test_vehicles_keep_their_numbers_and_names_get_one() -> None:
    numbers = vehicle_numbers(['7', '0042x', '4294967295'])
    assert numbers['7'] == 7
    assert numbers['4294967295'] == 4294967295
    assert numbers['0042x'] < 2**32
    with pytest.raises(SourceError, match='7 and 07 would get the same temporary id'):
        vehicle_numbers(['7', '07'])


def circle(radius: float, speed: float, *, noise: float = 0.0) -> Trajectory:
    time = np.arange(60) / 10.0
    heading = time * speed / radius + noise * np.random.default_rng(0).standard_normal(60)
    zero = np.zeros(60)
    return Trajectory(
        'c', ObjectClass.CAR, 4.5, 1.8, False, time, zero, zero,
        np.remainder(heading + np.pi, 2 * np.pi) - np.pi, np.full(60, speed), zero)


def test_the_yaw_rate_is_the_slope_of_a_noisy_heading() -> None:
    np.testing.assert_allclose(circle(20.0, 10.0).yaw_rate(), 0.5, atol=1e-9)
    noisy = circle(20.0, 10.0, noise=0.01).yaw_rate()
    assert np.abs(noisy - 0.5).max() < 0.03


def test_a_standing_vehicle_does_not_turn() -> None:
    standing = circle(20.0, 0.0, noise=0.05)
    assert not standing.yaw_rate().any()


def test_a_table_becomes_a_bag_that_says_the_same(tmp_path: Path) -> None:
    (tmp_path / 'table.csv').write_text(TABLE)
    bag = tmp_path / 'bag'
    assert cli.main(['import', 'csv', str(tmp_path / 'table.csv'), str(bag)]) == 0
    parameters = load(tmp_path / 'bag.params.yaml')
    assert parameters.vehicle.length == 4.5
    assert parameters.vehicle.temporary_id == '4943560000000007'
    with BagReader(bag) as reader:
        read = list(reader)
    assert [type(record) for _, _, record in read] == [
        Odometry, VehicleStatus, FrameBatch, Odometry, VehicleStatus]
    log_time, _, batch = read[2]
    assert isinstance(batch, FrameBatch)
    assert log_time == EPOCH + LATENCY
    message = decode_frames(batch.payload, batch.length, encoding=Encoding.UPER).bsm
    origin = parameters.map_origin
    x, y, _ = MapFrame(origin.latitude, origin.longitude).to_map(
        message.latitude, message.longitude, math.nan)
    assert (x[0], y[0]) == (pytest.approx(50.0, abs=0.01), pytest.approx(3.0, abs=0.01))
    assert message.speed[0] == pytest.approx(8.0)
    assert np.isnan(message.longitudinal_acceleration[0])


def test_an_unknown_ego_is_refused_with_some_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / 'table.csv').write_text(TABLE)
    status = cli.main(
        ['import', 'csv', str(tmp_path / 'table.csv'), str(tmp_path / 'bag'), '--ego', '9'])
    assert status == 2
    assert 'no vehicle 9 in the source; it has 7, b-1' in capsys.readouterr().err
    assert not (tmp_path / 'bag').exists()


@pytest.mark.parametrize(('old', 'new', 'said'), [
    ('0.0,7', '1748764800,7', r'vehicle 7 is observed at 1\.74876e\+09 s'),
    ('0.5,4.5,1.8', '0.5,0,1.8', 'vehicle 7 is 0 m long'),
])
def test_what_cannot_be_written_is_refused_with_the_vehicle(
    tmp_path: Path, old: str, new: str, said: str,
) -> None:
    (tmp_path / 'table.csv').write_text(TABLE.replace(old, new))
    recording = table.read(tmp_path / 'table.csv')
    with pytest.raises(SourceError, match=said):
        write(recording, recording.named('b-1'), tmp_path / 'bag')


@pytest.mark.parametrize('value', ['1e9', '-1e9', '1e300', '-300'])
@pytest.mark.parametrize('column', ['x', 'heading', 'speed', 'acceleration', 'length', 'width'])
def test_absurd_numbers_are_refused_or_imported_but_never_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, value: str,
) -> None:
    names = TABLE.splitlines()[0].split(',')
    rows = [row.split(',') for row in TABLE.splitlines()[1:]]
    for row in rows:
        row[names.index(column)] = value
    text = '\n'.join(','.join(row) for row in [names, *rows])
    (tmp_path / 'table.csv').write_text(text)
    status = cli.main(['import', 'csv', str(tmp_path / 'table.csv'), str(tmp_path / 'bag')])
    assert status in (0, 2)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_existing_bag_is_replaced_on_demand_only(tmp_path: Path) -> None:
    (tmp_path / 'table.csv').write_text(TABLE)
    words = ['import', 'csv', str(tmp_path / 'table.csv'), str(tmp_path / 'bag')]
    assert cli.main(words) == 0
    assert cli.main(words) == 2
    assert cli.main([*words, '--force']) == 0


@pytest.mark.parametrize('name', ['USA_Lanker-1_1_T-1', 'USA_US101-4_1_T-1'])
def test_real_recordings_import_and_replay_the_same_each_time(
    tmp_path: Path, recordings: Path, name: str,
) -> None:
    source = recordings / 'ngsim' / f'{name}.xml.gz'
    for folder in ('a', 'b'):
        bag = tmp_path / folder / 'drive'
        bag.parent.mkdir()
        assert cli.main(['import', 'commonroad', str(source), str(bag)]) == 0
        assert cli.main(['replay', str(bag), '--jsonl', str(bag.with_name('out'))]) == 0
    for file in ('drive/drive.mcap', 'drive.params.yaml', 'out'):
        assert (tmp_path / 'a' / file).read_bytes() == (tmp_path / 'b' / file).read_bytes()
    recording = commonroad.read(source)
    samples = sum(len(one) for one in recording.trajectories) - len(recording.longest())
    summary = (tmp_path / 'a' / 'out').read_text().splitlines()[-1]
    assert f'"received": {samples}, "accepted": {samples}' in summary
