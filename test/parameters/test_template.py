# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The parameter file that comes with the package is the schema, and can be used as it is."""

from __future__ import annotations

from pathlib import Path

import yaml

from icv_v2x.parameters import NodeParameters, Parameters, build, load, read, specifications
from icv_v2x.parameters.schema import flatten
from icv_v2x.parameters.template import EXAMPLES, parameter_file_text

FILE = Path(__file__).resolve().parents[2] / 'config' / 'icv_v2x.yaml'


def test_the_file_is_what_the_schema_gives() -> None:
    assert FILE.read_text() == parameter_file_text(), (
        'run: python3 -m icv_v2x.parameters.template > config/icv_v2x.yaml')


def test_the_file_holds_every_parameter_with_its_default() -> None:
    values = flatten(yaml.safe_load(FILE.read_text())['/**']['ros__parameters'])
    wanted = {
        s.name: s.default for s in (*specifications(Parameters), *specifications(NodeParameters))}
    assert set(values) == set(wanted)
    for name, value in values.items():
        default = EXAMPLES[name] if wanted[name] is None else wanted[name]
        assert value == (list(default) if isinstance(default, tuple) else default), name


def test_examples_stand_for_what_has_no_default_and_nothing_else() -> None:
    assert {s.name for s in specifications(Parameters) if s.default is None} == set(EXAMPLES)


def test_the_file_loads_for_a_replay_without_what_only_nodes_have() -> None:
    assert load(FILE) == build(Parameters, EXAMPLES)
    assert not {s.name for s in specifications(NodeParameters)} & set(read(FILE))


def test_lines_are_short_and_say_the_unit() -> None:
    lines = FILE.read_text().splitlines()
    assert max(map(len, lines)) <= 99
    assert any('(0.05 to 2 s)' in line for line in lines)
