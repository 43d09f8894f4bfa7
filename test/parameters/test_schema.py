# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters are refused with their name, value and range; files and schema cannot drift."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from icv_v2x.parameters import ParameterError, Parameters, build, load, read, specifications

REQUIRED = {
    'map_origin.latitude': 39.9, 'map_origin.longitude': 116.4,
    'vehicle.length': 4.8, 'vehicle.width': 1.8, 'vehicle.base_link_to_center': 1.4,
}


def test_defaults_lie_within_their_own_ranges() -> None:
    for specification in specifications(Parameters):
        if specification.default is not None:
            assert specification.check(specification.default) == specification.default


def test_every_parameter_is_described_in_one_sentence() -> None:
    for specification in specifications(Parameters):
        assert specification.description.endswith('.'), specification.name


@pytest.mark.parametrize('name', sorted(REQUIRED))
def test_a_missing_required_parameter_is_named(name: str) -> None:
    values = {key: value for key, value in REQUIRED.items() if key != name}
    with pytest.raises(ParameterError, match=f'{name} is not set'):
        build(Parameters, values)


@pytest.mark.parametrize(('name', 'value', 'said'), [
    ('vehicle.length', -1.0, '0.5 to 40 m'),
    ('vehicle.length', 'long', '0.5 to 40 m'),
    ('vehicle.length', math.nan, '0.5 to 40 m'),
    ('vehicle.length', True, '0.5 to 40 m'),
    ('fcw.enabled', 1, 'true or false'),
    ('trust.minimum_verification', 'maybe', "'verified', 'not_checked'"),
    ('tracking.maximum', 1e3, '16 to 10000'),
])
def test_a_wrong_value_is_refused_with_name_value_and_range(
    name: str, value: object, said: str
) -> None:
    with pytest.raises(ParameterError) as refusal:
        build(Parameters, {**REQUIRED, name: value})
    assert name in str(refusal.value)
    assert repr(value) in str(refusal.value)
    assert said in str(refusal.value)


def test_an_unknown_name_is_refused_with_the_nearest_known_one() -> None:
    with pytest.raises(ParameterError, match=r'did you mean vehicle\.length'):
        build(Parameters, {**REQUIRED, 'vehicle.lenght': 4.0})


def test_a_whole_number_is_taken_for_a_float() -> None:
    assert build(Parameters, {**REQUIRED, 'vehicle.length': 5}).vehicle.length == 5.0


FILE = """
/**:
  ros__parameters:
    use_sim_time: true
    map_origin: {latitude: 39.9, longitude: 116.4}
    vehicle: {length: 4.8, width: 1.8, base_link_to_center: 1.4}
    fcw.enabled: true
/ns/collision_warning:
  ros__parameters:
    fcw: {enabled: false}
/ns/somebody_else:
  ros__parameters: {speed: 1}
"""


def test_a_node_section_goes_before_the_general_one(tmp_path: Path) -> None:
    path = tmp_path / 'p.yaml'
    path.write_text(FILE)
    assert load(path).fcw.enabled is False
    assert 'speed' not in read(path)


@pytest.mark.parametrize('text', ['[1, 2]', 'a: b', '/**: {parameters: {}}', '{', '\x00'])
def test_what_is_no_parameter_file_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / 'p.yaml'
    path.write_text(text)
    with pytest.raises(ParameterError, match=r'p\.yaml'):
        read(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match='cannot read parameter file'):
        load(tmp_path / 'none.yaml')
