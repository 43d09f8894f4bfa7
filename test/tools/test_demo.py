# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the demonstration: what it shows is true of its own scene."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from icv_v2x.scenes import Scene, encounter
from icv_v2x.scenes.truth import rectangle_distance
from icv_v2x.tools import cli
from icv_v2x.tools.demo_scene import PARTS, demo_scene


@pytest.fixture(scope='module')
def scene() -> Scene:
    return demo_scene()


def test_every_road_user_has_a_part(scene: Scene) -> None:
    assert {part.name for part in PARTS} == set(scene.actors)


def test_nobody_collides(scene: Scene) -> None:
    time = np.arange(0.0, scene.duration, 0.02)
    for part in PARTS:
        assert math.isnan(encounter(scene, part.name).first_overlap), part.name
    for first, second in itertools.combinations(scene.actors.values(), 2):
        one, other = scene.states(first.name, time), scene.states(second.name, time)
        distance = rectangle_distance(
            one, (first.size.length, first.size.width),
            other, (second.size.length, second.size.width))
        together = scene.present(first.name, time) & scene.present(second.name, time)
        together &= np.abs(one.z - other.z) < 4.0
        assert (distance[together] > 0.0).all(), (first.name, second.name)


def test_the_early_car_clears_the_junction_well_before(scene: Scene) -> None:
    time = np.arange(17.0, 24.0, 0.001)
    own, other = scene.states('ego', time), scene.states('early', time)
    early = scene.actors['early'].size
    # Both ways are straight and square to each other, so that distances along them tell.
    crossing = scene.states('ego', 22.0)
    cosine, sine = np.cos(crossing.heading[0]), np.sin(crossing.heading[0])
    mine = (own.x - crossing.x[0]) * cosine + (own.y - crossing.y[0]) * sine
    theirs = (other.x - crossing.x[0]) * sine - (other.y - crossing.y[0]) * cosine
    entered = time[mine > -0.5 * early.width - 2.3][0]
    left = time[theirs > 0.9 + 0.5 * early.length][0]
    assert entered - left == pytest.approx(2.5, abs=0.05)


@pytest.mark.slow
def test_the_demonstration_warns_where_it_should_and_nowhere_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(['demo', '--out', str(tmp_path / 'demo')]) == 0
    shown = capsys.readouterr().out
    assert 'simulated' in shown.lower()
    assert 'MISSED' not in shown
    assert (tmp_path / 'demo' / 'report.html').stat().st_size > 10_000
    assert (tmp_path / 'demo' / 'traffic.params.yaml').exists()
