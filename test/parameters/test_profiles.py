# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Every vehicle profile can be used, the page tells of it, and a bus is told otherwise."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import pytest

from icv_v2x.advisory import Level
from icv_v2x.parameters import (
    NodeParameters,
    ParameterError,
    Parameters,
    build,
    profiles,
    read,
    specifications,
)
from icv_v2x.parameters.files import read_all
from icv_v2x.pipeline import Pipeline
from icv_v2x.platooning.drive import limits_of
from icv_v2x.platooning.law import safe_gap_time, stable_gap_time
from icv_v2x.report import situations
from icv_v2x.scenes import Scene, kmh, run, write
from icv_v2x.tools.bag_source import parameters_of

ROOT = Path(__file__).resolve().parents[2]
PLACE = {'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4}
SYSTEMS = {
    'smart_bus', 'autonomous_delivery', 'passenger_car', 'urban_logistics', 'highway_logistics',
    'smart_sanitation', 'charging_service', 'data_collection',
}
BUSINESS_CASES = {
    'robotaxi', 'valet_parking', 'commuter_bus', 'robobus', 'highway_truck', 'port', 'mine',
    'patrol', 'last_mile_delivery',
}


def test_there_is_a_profile_for_every_system_and_business_case() -> None:
    assert set(profiles.known()) == SYSTEMS | BUSINESS_CASES


@pytest.mark.parametrize('name', sorted(SYSTEMS | BUSINESS_CASES))
def test_every_value_is_known_in_range_and_runs(name: str) -> None:
    values = read_all(profiles.profile_file(name))
    of_nodes = {s.name for s in specifications(NodeParameters)}
    build(NodeParameters, {key: values[key] for key in values if key in of_nodes})
    # What has no default but the place must come from the profile.
    own = {key: value for key, value in values.items() if key not in of_nodes}
    parameters = build(Parameters, {**PLACE, **own})
    Pipeline(parameters).cycle(0)
    assert not any(key.startswith('map_origin') for key in values)
    # The wheelbase lies within the vehicle, so half of it does.
    assert abs(parameters.vehicle.base_link_to_center) < parameters.vehicle.length / 2
    assert parameters.vehicle.axle_load < parameters.vehicle.mass


def test_profiles_state_what_differs_and_the_vehicle_in_full() -> None:
    defaults = {
        s.name: s.default for group in (Parameters, NodeParameters) for s in specifications(group)}
    repeated = {
        (profile, name)
        for profile, path in profiles.known().items() for name, value in read_all(path).items()
        if value == defaults[name]
        and not name.startswith(('vehicle.', 'collision.emergency_deceleration'))}
    assert repeated == set()


def test_no_two_profiles_say_the_same() -> None:
    contents = [tuple(sorted(read_all(path).items())) for path in profiles.known().values()]
    assert len(set(contents)) == len(contents)


def test_the_page_is_that_of_the_files() -> None:
    assert (ROOT / 'docs' / 'profiles.md').read_text(encoding='utf-8') == profiles.page(), (
        'renew it: python3 -m icv_v2x.parameters.profiles > docs/profiles.md')


def test_an_unknown_profile_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParameterError, match='did you mean smart_bus'):
        profiles.profile_file('smart-bus')
    with pytest.raises(ParameterError, match=r'no profile file absent\.yaml'):
        profiles.profile_file('absent.yaml')


def test_named_parameters_go_before_the_profile_and_it_before_those_of_the_bag(
    tmp_path: Path,
) -> None:
    bag = tmp_path / 'drive'
    write(standing_car(1.0), bag)
    beside = parameters_of(bag, None, 'smart_bus')
    assert (beside.vehicle.length, beside.profile) == (12.0, 'smart_bus')
    assert beside.map_origin == parameters_of(bag, None).map_origin
    mine = tmp_path / 'mine.yaml'
    mine.write_text(
        '/**:\n  ros__parameters:\n    map_origin: {latitude: 1.0, longitude: 2.0}\n'
        '    vehicle: {length: 11.0}\n')
    named = parameters_of(bag, mine, 'smart_bus')
    assert (named.vehicle.length, named.vehicle.width) == (11.0, 2.55)


def standing_car(duration: float) -> Scene:
    scene = Scene(duration)
    scene.ego(kmh(35))
    scene.car('standing', ahead=85.0, speed=0.0)
    return scene


def warned(name: str) -> float:
    """Returns when a vehicle of a profile is first warned of a standing car [s]."""
    scene = standing_car(9.0)
    values = {key: value for key, value in read(profiles.profile_file(name)).items()
              # The same length and place: only the limits make the difference.
              if key not in ('vehicle.length', 'vehicle.width', 'vehicle.base_link_to_center')}
    own = scene.parameters()
    values = {
        'map_origin.latitude': own.map_origin.latitude,
        'map_origin.longitude': own.map_origin.longitude,
        'vehicle.length': own.vehicle.length, 'vehicle.width': own.vehicle.width,
        'vehicle.base_link_to_center': own.vehicle.base_link_to_center, **values}
    steps = list(run(scene, Pipeline(build(Parameters, values))))
    found = situations([step.cycle for step in steps], minimum=Level.WARNING)
    assert [situation.application.name for situation in found] == ['FCW']
    return (found[0].start - steps[0].cycle.stamp) * 1e-9


@pytest.mark.parametrize(('name', 'delay', 'braking'), [
    ('autonomous_delivery', 0.9, 5.0), ('last_mile_delivery', 0.6, 4.0)])
def test_a_bus_is_warned_sooner_than_what_delivers_as_their_limits_say(
    name: str, delay: float, braking: float,
) -> None:
    # 1.7 s and 2.5 m/s2 of the bus against those of a van and of a robot, at 9.7 m/s.
    sooner = 1.7 - delay + kmh(35) / 2 * (1 / 2.5 - 1 / braking)
    assert warned(name) - warned_bus() == pytest.approx(sooner, abs=0.3)


@functools.lru_cache(maxsize=1)
def warned_bus() -> float:
    return warned('smart_bus')


def test_a_truck_keeps_more_distance_in_a_platoon_than_a_car() -> None:
    """The truck brakes worse than what it follows, answers later, and weighs that in."""
    def least(name: str) -> float:
        values = {**PLACE, **read(profiles.profile_file(name))}
        limits = limits_of(build(Parameters, values), math.nan)
        return max(
            limits.gap_time, stable_gap_time(limits, 0.2), safe_gap_time(22.2, limits, 0.2))

    assert least('passenger_car') == pytest.approx(0.6, abs=0.03)
    assert least('highway_truck') > 0.85
