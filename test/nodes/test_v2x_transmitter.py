# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The transmitter as a process: what reaches the radio unit, when, and that it can be silent."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from live import HERE, Live

from icv_v2x.message_set import decode, message_of

pytestmark = [pytest.mark.middleware, pytest.mark.slow]


def driven(processes: Live, seconds: float) -> dict[str, Any]:
    process = processes.start('vehicle', [sys.executable, str(HERE / 'vehicle.py'), str(seconds)])
    assert process.wait(timeout=60.0) == 0, processes.err('vehicle').read_text()
    found: dict[str, Any] = json.loads(processes.out('vehicle').read_text())
    return found


def test_messages_of_a_drive_reach_the_radio_unit(processes: Live, parameters: Path) -> None:
    processes.record()
    processes.node(
        'v2x_transmitter', parameters, 'transmit.enabled:=true', 'transmit.sharing_rate:=5.0')
    found = driven(processes, 6.0)
    sent: dict[str, list[Any]] = {'BasicSafetyMessage': [], 'SensorSharingMsg': []}
    for frame in found['frames']:
        assert frame['frames'] == 1
        name, message = message_of(decode(bytes.fromhex(frame['octets'])))
        sent[name].append((frame, message))
        # the position is that of the instant of generation
        assert message['secMark'] == frame['generation'] // 1_000_000 % 60_000
    times = np.array([frame['generation'] for frame, _ in sent['BasicSafetyMessage']]) / 1e9
    assert 0.9 * 10.0 <= (len(times) - 1) / (times[-1] - times[0]) <= 1.1 * 10.0
    shared = np.array([frame['generation'] for frame, _ in sent['SensorSharingMsg']]) / 1e9
    assert 3.5 <= (len(shared) - 1) / (shared[-1] - shared[0]) <= 6.0
    ids = {message['id'] for messages in sent.values() for _, message in messages}
    assert ids == {found['ids'][-1]}
    events = [frame for frame, _ in sent['BasicSafetyMessage'] if frame['aid'] == 112]
    assert 0 <= events[0]['generation'] - found['braked'][0] < 250_000_000
    counts = [message['msgCnt'] for _, message in sent['BasicSafetyMessage']]
    assert set(np.diff(counts) % 128) == {1}
    processes.wait(
        lambda: '/v2x_transmitter: transmission' in processes.diagnostics(), 'diagnostics')
    assert processes.diagnostics()['/v2x_transmitter: state']['exceptions'] == '0'
    assert processes.end('v2x_transmitter')[0] == 0
    assert 'Traceback' not in processes.err('v2x_transmitter').read_text()


def test_nothing_is_sent_unless_asked_for(processes: Live, parameters: Path) -> None:
    processes.record()
    processes.node('v2x_transmitter', parameters)
    assert driven(processes, 2.0)['frames'] == []
    processes.wait(
        lambda: '/v2x_transmitter: transmission' in processes.diagnostics(), 'diagnostics')
    assert processes.diagnostics()['/v2x_transmitter: transmission']['message'] == (
        'nothing is sent: transmit.enabled is false')


def test_inspect_listens_to_the_topic(processes: Live, parameters: Path) -> None:
    processes.node('v2x_transmitter', parameters, 'transmit.enabled:=true')
    processes.start('inspect', [
        sys.executable, '-m', 'icv_v2x.tools.cli', 'inspect', '--topic', '/obu/tx'])
    driven(processes, 5.0)
    assert processes.end('inspect')[0] == 0
    said = processes.out('inspect').read_text()
    row = next(line.split() for line in said.splitlines() if 'BasicSafetyMessage' in line)
    assert int(row[1]) > 20
    assert processes.err('inspect').read_text() == ''


def test_the_own_id_is_learned_and_a_platoon_is_led_under_it(
    processes: Live, parameters: Path,
) -> None:
    processes.record()
    processes.node('v2x_translator', parameters)
    processes.node('road_services', parameters, 'platooning.wanted:=lead')
    processes.node('v2x_transmitter', parameters, 'transmit.enabled:=true')
    processes.wait(
        lambda: all(
            processes.diagnostics().get(f'/{name}: state', {}).get('message') == 'active'
            for name in ('v2x_translator', 'road_services', 'v2x_transmitter')), 'the nodes')
    found = driven(processes, 4.0)
    told = [
        message for name, message in (
            message_of(decode(bytes.fromhex(frame['octets']))) for frame in found['frames'])
        if name == 'CLPMM']
    assert len(told) > 5
    assert {message['id'] for message in told} == {found['ids'][-1]}
    assert {(message['role'], message['status']) for message in told} == {
        ('leader', 'navigating')}
    assert {len(message['leadingExt']['memberList']) for message in told} == {1}
    name = '/v2x_translator: input /v2x_transmitter/temporary_id'
    processes.wait(
        lambda: processes.diagnostics().get(name, {}).get('accepted') == '1', 'the id')
    assert processes.diagnostics()[name]['level'] == 0
    assert processes.diagnostics()['/v2x_translator: state']['exceptions'] == '0'
