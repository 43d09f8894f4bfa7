# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The adapter of Autoware as a process: limits set and cleared, and what it says without."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from live import HERE, Live

pytestmark = [pytest.mark.middleware, pytest.mark.slow]

PACKAGES = (
    'autoware_internal_planning_msgs', 'autoware_perception_msgs', 'autoware_map_msgs',
    'autoware_vehicle_msgs')
ABSENT = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
ADAPTERS = {
    'autoware_adapter': ('autoware_internal_planning_msgs', 'tier4_planning_msgs'),
    'etsi_adapter': ('etsi_its_cam_msgs', 'etsi_its_cpm_ts_msgs')}


@pytest.mark.parametrize('name', ADAPTERS)
def test_without_its_messages_an_adapter_says_in_one_line_what_is_missing(
    processes: Live, parameters: Path, name: str,
) -> None:
    if any(importlib.util.find_spec(package) for package in ADAPTERS[name]):
        pytest.skip('the messages are installed here')
    assert processes.node(name, parameters).wait(timeout=30.0) == 1
    said = [line for line in processes.err(name).read_text().splitlines() if 'needs' in line]
    assert len(said) == 1
    assert ADAPTERS[name][0] in said[0]
    assert 'Traceback' not in processes.err(name).read_text()


@pytest.mark.skipif(bool(ABSENT), reason=f'{", ".join(ABSENT)} not installed here')
def test_a_warning_caps_the_speed_and_silence_clears_the_cap(
    processes: Live, parameters: Path,
) -> None:
    processes.record()
    processes.node(
        'autoware_adapter', parameters, "autoware.signal_table:='7:1234:3=5512'")
    state = '/autoware_adapter: state'
    processes.wait(
        lambda: processes.diagnostics().get(state, {}).get('message') == 'active', 'the adapter')
    processes.start('stand_in', [sys.executable, str(HERE / 'autoware_stand_in.py'), '40'])

    def heard(kind: str) -> list[dict[str, Any]]:
        lines = processes.out('stand_in').read_text().rpartition('\n')[0].splitlines()
        return [value for value in map(json.loads, lines) if value['kind'] == kind]

    processes.wait(lambda: heard('end'), 'the end')
    limits = [one for one in heard('limit') if one['speed'] < 100.0]
    # at 5 m/s of the leader plus what 17 m of room allow at 3 m/s2
    assert limits[0]['speed'] == pytest.approx(5.0 + (2 * 3.0 * 17.0) ** 0.5, abs=0.01)
    assert limits[0]['constraints']
    assert limits[0]['braking'] == pytest.approx(-2.5)
    assert {one['sender'] for one in heard('limit') + heard('clear')} == {'icv_v2x'}
    silent = heard('silent')[0]['time']
    cleared = [one['time'] for one in heard('clear') if one['time'] > silent]
    assert 0.0 < cleared[0] - silent < 0.5
    assert heard('limit')[-1]['speed'] == 100.0
    assert heard('signals')[-1]['groups'] == [[5512, 1]]
    assert heard('objects')[-1]['frame'] == 'map'
    assert len(heard('objects')[-1]['x']) == 1
    assert any(one['details'] == ['FCW: leader brakes'] for one in heard('factors'))
    assert heard('status')[-1]['indicator'] == 1
    assert heard('status')[-1]['gear'] == 3
    map_state = processes.diagnostics()['/autoware_adapter: map of Autoware']
    assert map_state['level'] == 2
    assert 'mgrs' in map_state['message']
    count = len(heard('clear'))
    assert processes.end('autoware_adapter')[0] == 0
    processes.wait(lambda: len(heard('clear')) > count, 'the last word')
