# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The adapter of European messages as a process: real messages in, decoded input out."""

from __future__ import annotations

import importlib.util
import json
import math
import sys
from pathlib import Path

import pytest
from live import HERE, Live
from strategies.etsi import ORIGIN

from icv_v2x.frames import MapFrame
from icv_v2x.nodes.etsi_adapter import TYPES

pytestmark = [pytest.mark.middleware, pytest.mark.slow]

THERE = [
    kind for kind, names in TYPES.items()
    if importlib.util.find_spec(names[0].split('/')[0]) is not None]
# Station to what it is in the messages of the test.
STATIONS = {'cam': 17, 'vam': 18, 'cpm': 19}


@pytest.mark.skipif(not THERE, reason='no package of etsi_its_messages is installed here')
def test_real_messages_become_decoded_input(processes: Live, tmp_path: Path) -> None:
    parameters = tmp_path / 'europe.yaml'
    parameters.write_text(
        '/**:\n  ros__parameters:\n    verification: verified\n    map_projection: utm\n'
        f'    map_origin: {{latitude: {ORIGIN[0]}, longitude: {ORIGIN[1]}}}\n'
        '    vehicle: {length: 4.6, width: 1.8, base_link_to_center: 1.4}\n')
    processes.record()
    processes.node('etsi_adapter', parameters)
    processes.node('v2x_stack', parameters)
    processes.wait(
        lambda: processes.diagnostics().get('/v2x_stack: state', {}).get('message') == 'active',
        'the stack')
    stand_in = processes.start('stand_in', [sys.executable, str(HERE / 'etsi_stand_in.py'), '3'])
    assert stand_in.wait(timeout=60.0) == 0, processes.err('stand_in').read_text()
    found = json.loads(processes.out('stand_in').read_text())
    heard = found['heard']
    assert sorted(found['kinds']) == sorted(THERE)
    for kind, station in STATIONS.items():
        if kind in THERE:
            one = heard[f'object {station}']
            assert one['verification'] == 1
            assert 0.0 <= one['age'] < 1.0
    if 'cam' in THERE:
        frame = MapFrame(*ORIGIN, 0.0, 'utm')
        east = float(frame.heading_to_yaw(0.5 * math.pi, *ORIGIN)[0])
        car = heard['object 17']
        assert car['heading'] == pytest.approx(east, abs=1e-6)
        assert (car['x'], car['y']) == (
            pytest.approx(-2.0 * math.cos(east), abs=0.1),
            pytest.approx(-2.0 * math.sin(east), abs=0.1))
    for kind, name, value in (
        ('denm', 'road_events', {'code': [903]}), ('mapem', 'lanes', {'lanes': [1]}),
        ('spatem', 'signals', {'light': [3], 'phase': [3]}),
    ):
        if kind in THERE:
            assert heard[name] == value
    counts = processes.diagnostics()['/etsi_adapter: European messages']
    refused = [key for key in counts if '.refused' in key or '.internal_error' in key]
    assert refused == []
    radio = processes.diagnostics()['/v2x_stack: radio frames']
    assert int(radio['accepted']) > 0
    assert radio['rejected'] == '0'
