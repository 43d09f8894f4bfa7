# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The merge planner drives in SUMO without a collision, by octets, within comfort."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip('libsumo', reason='SUMO is an extra of its own')

from merge_roads import EGO, ROADS

from icv_v2x.tools import cli
from icv_v2x.tools.simulation.merge_run import MergeRun, merge

pytestmark = pytest.mark.slow


@pytest.mark.parametrize('driver', ['sumo', 'planner'])
def test_alone_on_the_road_both_drivers_take_the_same_time(tmp_path: Path, driver: str) -> None:
    config = ROADS['ramp'](tmp_path, 0.0).config
    run = merge(MergeRun(config, EGO, driver, alone=True), 0)
    assert run['travel_time'] == pytest.approx(38.4, abs=0.6)
    assert not run['collision']


def test_the_command_merges_in_traffic_without_collision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    config = ROADS['ramp'](tmp_path, 1800.0).config
    assert cli.main([
        'sumo', str(config), '--ego', EGO, '--driver', 'planner', '--seeds', '0',
        '--json', '-']) == 0
    (run,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (run['seed'], run['driver'], run['collision']) == (0, 'planner', False)
    assert run['travel_time'] is not None


@pytest.mark.parametrize('seed', range(1, 5))
def test_merges_in_traffic_keep_to_comfort_and_distance(tmp_path: Path, seed: int) -> None:
    run = merge(MergeRun(ROADS['ramp'](tmp_path, 1800.0).config, EGO, 'planner'), seed)
    assert not run['collision']
    assert run['travel_time'] is not None
    assert run['settled_headway'] is None or run['settled_headway'] > 0.7
    assert run['braking'] <= 3.6
    assert run['aborts'] == 0


@pytest.mark.parametrize('road', ['lane_drop', 'weaving', 'left_exit'])
def test_other_roads_are_merged_on_without_collision(tmp_path: Path, road: str) -> None:
    config = ROADS[road](tmp_path, 1500.0).config
    run = merge(MergeRun(config, EGO, 'planner'), 1)
    assert run['time_to_merge'] is not None
    assert not run['collision']
