# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The command that explains: the right cycle and object, and a clear word where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from icv_v2x.scenes import Radio, Scene, kmh, write
from icv_v2x.tools import cli


@pytest.fixture(scope='module')
def scene() -> Scene:
    scene = Scene(duration=3.0)
    scene.ego(kmh(50))
    scene.car('leader', ahead=62.0, speed=0.0)
    scene.car(
        'late', ahead=30.0, left=3.5, speed=kmh(50), begin=2.0,
        radio=Radio(temporary_id=0xABCD_0001))
    return scene


@pytest.fixture(scope='module')
def bag(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('why') / 'drive'
    write(scene, path)
    return path


def why(bag: Path, time: float, subject: str, *words: str) -> int:
    return cli.main(['why', str(bag), '--time', str(time), '--id', subject, *words])


def test_a_warning_is_explained_with_its_numbers(
    bag: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(bag, 2.5, scene.subject('leader'), '--application', 'fcw', '--json') == 0
    told = json.loads(capsys.readouterr().out)
    assert told['time'] == 2.5
    assert told['said'][0]['application'] == 'FCW'
    rule = told['applications'][0]
    assert {gate['level'] for gate in rule['gates']} >= {'CAUTION', 'WARNING', 'IMMINENT'}
    gate = next(g for g in rule['gates'] if g['what'].startswith('a_req of CAUTION'))
    assert gate['value'] is None or gate['value'] >= gate['limit'] == 5.0


def test_the_end_of_an_id_is_enough(
    bag: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(bag, 2.5, scene.subject('leader')[-6:]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f'{scene.subject("leader")} at 2.5 s')
    assert 'said    FCW WARNING' in out
    assert 'no second source' in out


def test_an_object_that_is_not_there_yet_is_said_to_be_unknown(
    bag: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(bag, 1.0, scene.subject('late')) == 0
    out = capsys.readouterr().out
    assert 'never tracked until then' in out
    assert scene.subject('leader') in out


def test_an_id_that_means_several_is_refused(
    bag: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(bag, 2.9, '0001') == 2
    error = capsys.readouterr().err
    assert 'means 2 objects' in error
    assert scene.subject('leader') in error


@pytest.mark.parametrize('time', [99.0, -1.0, float('nan')])
def test_a_time_outside_the_bag_is_refused(
    time: float, bag: Path, scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert why(bag, time, scene.subject('leader')) == 2
    assert f'{time:g}' in capsys.readouterr().err
