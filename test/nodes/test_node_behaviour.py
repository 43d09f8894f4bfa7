# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Nodes as processes: wrong parameters, lifecycle, bad input, deactivation, the end."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from live import HERE, Live

from icv_v2x.parameters import digest_of, limits_hash

pytestmark = [pytest.mark.middleware, pytest.mark.slow]

CONDITION = """
import time
import rclpy
from rclpy.node import Node
from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.nodes.conditions import ConditionSpeaker

rclpy.init()
node = Node('stage')
node.speak = lambda *arguments: node.create_publisher(
    __import__('diagnostic_msgs.msg').msg.DiagnosticArray, arguments[0], arguments[2]).publish
speaker = ConditionSpeaker(node)
while not node.count_subscribers('v2x/conditions'):
    time.sleep(0.05)
for _ in range(60):
    speaker.show([Condition(Mode.INHIBITED, 'another datum', Level.NONE)], time.time_ns())
    time.sleep(0.05)
"""
CONFIGURE, ACTIVATE, DEACTIVATE = 1, 3, 4
NODES = ('v2x_stack', 'v2x_translator', 'collision_warning', 'road_services',
         'merge_planner', 'advisory_arbiter', 'obu_udp_driver')


def ask(processes: Live, *arguments: str) -> Any:
    """Returns what a node answers."""
    variables = {**os.environ, 'ROS_DOMAIN_ID': str(processes.domain)}
    done = subprocess.run(
        [sys.executable, str(HERE / 'control.py'), *arguments], env=variables, timeout=60,
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def bad_input(processes: Live) -> dict[str, int]:
    """Publishes bad input and returns how much of what."""
    process = processes.publisher('hostile', 'hostile.py')
    assert process.wait(timeout=60.0) == 0, processes.err('hostile').read_text()
    figures: dict[str, int] = json.loads(processes.out('hostile').read_text())
    return figures


def test_a_wrong_parameter_ends_the_start_with_one_line(
    processes: Live, parameters: Path,
) -> None:
    settings = {
        **dict.fromkeys(NODES, (
            'collision.horizon:=99.0',
            'parameter collision.horizon = 99.0 is not allowed; it takes 2 to 12 s')),
        'v2x_stack': (
            'udp.bind_prt:=1',
            'unknown parameter udp.bind_prt = 1; did you mean udp.bind_port?'),
    }
    started = {
        name: processes.node(name, parameters, setting)
        for name, (setting, _) in settings.items()}
    for name, (_, text) in settings.items():
        assert started[name].wait(timeout=60.0) == 2, name
        said = processes.err(name).read_text()
        assert text in said
        assert 'Traceback' not in said
        assert len(said.strip().splitlines()) == 1


def test_a_missing_parameter_is_named(processes: Live) -> None:
    assert processes.node('v2x_stack', None).wait(timeout=30.0) == 2
    assert 'parameter map_origin.latitude is not set' in processes.err('v2x_stack').read_text()


def test_parameters_change_while_running_within_their_range(
    processes: Live, parameters: Path,
) -> None:
    processes.node('v2x_stack', parameters)
    assert ask(processes, '/v2x_stack', 'set', 'fcw.enabled', 'false') == [True, '']
    refused, reason = ask(processes, '/v2x_stack', 'set', 'collision.horizon', '99.0')
    assert not refused
    assert 'collision.horizon' in reason
    assert '99.0' in reason
    assert '12' in reason
    refused, reason = ask(
        processes, '/v2x_stack', 'set', 'vehicle.temporary_id', '"not hexadecimal"')
    assert not refused
    assert '16 hexadecimal digits' in reason
    refused, reason = ask(
        processes, '/v2x_stack', 'set', 'trust.minimum_verification', '"everybody"')
    assert not refused
    assert "one of 'verified', 'not_checked'" in reason
    assert not ask(processes, '/v2x_stack', 'set', 'vehicle.length', '9.0')[0]
    names = ('fcw.enabled', 'collision.horizon', 'trust.minimum_verification')
    assert ask(processes, '/v2x_stack', 'get', *names) == [False, 8.0, 'verified']
    described, = ask(processes, '/v2x_stack', 'describe', 'collision.horizon')
    assert described['range'] == [[2.0, 12.0]]
    assert described['description']
    assert not described['read_only']


def test_advisories_name_the_parameters_in_force_after_a_change_too(
    processes: Live, parameters: Path,
) -> None:
    processes.record()
    processes.node('v2x_stack', parameters)

    def told() -> int:
        state = processes.diagnostics().get('/v2x_stack: state', {})
        return limits_hash(state['parameters']) if 'parameters' in state else 0

    def named() -> int:
        heard = processes.advisories()
        return heard[-1].limits_hash if heard else 0

    processes.wait(lambda: named() == told() != 0, 'the hash of the parameters')
    before = named()
    assert before == limits_hash(digest_of(parameters))
    assert ask(processes, '/v2x_stack', 'set', 'fcw.enabled', 'false') == [True, '']
    processes.wait(lambda: named() == told() != before, 'the hash of the changed ones')
    assert all(message.sound for message in processes.advisories())


def test_lower_trust_shows_in_the_diagnostics(processes: Live, parameters: Path) -> None:
    processes.record()
    processes.node('v2x_stack', parameters, 'trust.minimum_verification:=not_checked')
    processes.wait(lambda: '/v2x_stack: trust' in processes.diagnostics(), 'diagnostics')
    trust = processes.diagnostics()['/v2x_stack: trust']
    assert trust['level'] == 1
    assert trust['trust.minimum_verification'] == 'not_checked'
    processes.wait(
        lambda: '/v2x_stack: input /obu/rx' in processes.diagnostics(), 'the state of the radio')
    radio = processes.diagnostics()['/v2x_stack: input /obu/rx']
    assert (radio['level'], radio['message']) == (2, 'no publisher')


def test_without_autostart_a_manager_leads_the_node(processes: Live, parameters: Path) -> None:
    processes.record()
    processes.node('v2x_stack', parameters, 'autostart:=false')
    assert ask(processes, '/v2x_stack', 'state') == 'unconfigured'
    assert ask(processes, '/v2x_stack', 'change', str(CONFIGURE))
    time.sleep(0.3)
    assert processes.advisories() == []
    assert ask(processes, '/v2x_stack', 'change', str(ACTIVATE))
    processes.wait(lambda: len(processes.advisories()) > 3, 'advisories')
    assert ask(processes, '/v2x_stack', 'change', str(DEACTIVATE))
    processes.wait(lambda: processes.advisories()[-1].mode == 'READY', 'the withdrawal')
    count = len(processes.advisories())
    time.sleep(0.3)
    assert len(processes.advisories()) == count
    assert processes.advisories()[-1].mode_reason == 'deactivated'
    assert ask(processes, '/v2x_stack', 'change', str(ACTIVATE))
    processes.wait(lambda: len(processes.advisories()) > count, 'another beginning')


def test_bad_input_is_counted_and_costs_nothing_else(processes: Live, parameters: Path) -> None:
    processes.record()
    node = processes.node('v2x_stack', parameters)
    sent = bad_input(processes)
    time.sleep(1.2)
    found = processes.diagnostics()
    radio = found['/v2x_stack: radio frames']
    rejected = {
        key.removeprefix('rejected.'): int(value) for key, value in radio.items()
        if key.startswith('rejected.')}
    assert int(radio['received']) == sent['frames']
    assert int(radio['accepted']) + sum(rejected.values()) == sent['frames']
    assert rejected['inconsistent_batch'] == sent['unequal']
    assert 'internal_error' not in rejected
    pose = found['/v2x_stack: input /localization/kinematic_state']
    assert int(pose['rejected.not_finite']) == sent['not_finite']
    assert int(pose['rejected.wrong_frame']) == sent['wrong_frame']
    objects = found['/v2x_stack: input /perception/objects']
    assert int(objects['rejected.inconsistent_arrays']) == sent['objects']
    assert found['/v2x_stack: state']['exceptions'] == '0'
    assert node.poll() is None
    assert any(message.mode == 'ACTIVE' for message in processes.advisories())
    assert processes.end('v2x_stack', signal.SIGTERM)[0] == 0
    assert 'Traceback' not in processes.err('v2x_stack').read_text()


def test_hostile_datagrams_are_counted(processes: Live) -> None:
    port = 20_000 + processes.domain
    processes.record()
    processes.node('obu_udp_driver', None, f'udp.bind_port:={port}')
    processes.wait(
        lambda: 'listening' in processes.err('obu_udp_driver').read_text(), 'the driver')
    hostile = processes.start(
        'hostile', [sys.executable, str(HERE / 'hostile.py'), '--udp', str(port)])
    assert hostile.wait(timeout=60.0) == 0, processes.err('hostile').read_text()
    sent = json.loads(processes.out('hostile').read_text())

    def counts() -> dict[str, Any]:
        return processes.diagnostics().get('/obu_udp_driver: datagrams', {})

    processes.wait(lambda: counts().get('received') == str(sent['datagrams']), 'the counts')
    time.sleep(1.1)
    assert int(counts()['rejected.too_short']) == sent['too_short']
    assert int(counts()['rejected.too_long']) == sent['too_long']
    assert int(counts()['forwarded']) == sent['datagrams'] - 2
    assert counts()['verification'] == 'not_checked'
    assert processes.end('obu_udp_driver')[0] == 0


def test_a_driver_whose_port_is_taken_says_so_and_ends(processes: Live) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(('127.0.0.1', 0))
        port = taken.getsockname()[1]
        driver = processes.node('obu_udp_driver', None, f'udp.bind_port:={port}')
        assert driver.wait(timeout=30.0) == 1
    assert f'cannot listen on 127.0.0.1:{port}' in processes.err('obu_udp_driver').read_text()


@pytest.mark.parametrize('delay', [0.3, 0.8])
def test_a_signal_while_a_node_loads_ends_it_cleanly(
    processes: Live, parameters: Path, delay: float,
) -> None:
    command = shutil.which('v2x_translator', path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip('the package is not installed in this environment')
    processes.start(
        'v2x_translator', [command, '--ros-args', '--params-file', str(parameters)])
    time.sleep(delay)
    assert processes.end('v2x_translator')[0] == 0
    assert 'Traceback' not in processes.err('v2x_translator').read_text()


def test_a_silent_source_degrades_and_silences_nobody(
    processes: Live, parameters: Path,
) -> None:
    processes.record()
    processes.node(
        'advisory_arbiter', parameters,
        "candidates.topics:=['collision_warning/candidates', 'road_services/candidates']")
    processes.wait(lambda: len(processes.advisories()) > 5, 'the arbiter alone')
    processes.node('collision_warning', parameters)
    processes.node('road_services', parameters)
    processes.node('v2x_translator', parameters)
    processes.start('poses', [sys.executable, str(HERE / 'hostile.py'), '--poses'])
    processes.wait(lambda: processes.advisories()[-1].mode == 'ACTIVE', 'ACTIVE')
    # what a stage says bounds the mode here too
    said = processes.start('conditions', [sys.executable, '-c', CONDITION])
    processes.wait(
        lambda: any(
            message.mode == 'INHIBITED' and message.mode_reason == 'another datum'
            for message in processes.advisories()), 'INHIBITED')
    assert said.wait(timeout=30.0) == 0, processes.err('conditions').read_text()
    processes.wait(lambda: processes.advisories()[-1].mode == 'ACTIVE', 'ACTIVE again')
    processes.end('collision_warning', signal.SIGKILL)
    before = len(processes.advisories())
    processes.wait(
        lambda: any(
            message.mode == 'DEGRADED' and 'collision_warning' in message.mode_reason
            for message in processes.advisories()[before:]), 'DEGRADED')
    steps = [b.stamp - a.stamp for a, b in itertools.pairwise(processes.advisories()[before:])]
    assert max(steps) <= 200_000_000


def test_going_through_the_lifecycle_leaves_nothing_behind(
    processes: Live, parameters: Path,
) -> None:
    benchmark = HERE.parents[1] / 'benchmarks' / 'lifecycle.py'
    process = processes.start('cycles', [
        sys.executable, str(benchmark), '--cycles', '8', '--nodes', 'v2x_translator',
        'advisory_arbiter', '--params', str(parameters)])
    assert process.wait(timeout=90.0) == 0, processes.err('cycles').read_text()
    for line in processes.out('cycles').read_text().splitlines():
        figures = json.loads(line)
        assert figures['said while active'] > 0
        assert {figures[key] for key in (
            'said while inactive', 'failed transitions', 'exceptions', 'growth of open files',
        )} == {0}, figures
        assert figures['growth of objects'] < 100, figures


def test_the_example_consumer_caps_on_sound_advice_and_on_nothing_else(
    processes: Live,
) -> None:
    example = HERE.parents[1] / 'examples' / 'cautious_consumer.py'
    processes.start('consumer', [sys.executable, str(example)])
    driver = processes.start('driver', [sys.executable, str(HERE / 'consumer_driver.py')])
    assert driver.wait(timeout=60.0) == 0, processes.err('driver').read_text()
    heard = json.loads(processes.out('driver').read_text())
    # at 10 m/s of the leader plus what 17 m of room allow at 3 m/s2
    cap = pytest.approx(10.0 + (2 * 3.0 * 17.0) ** 0.5)
    assert heard['sound'][-1] == heard['sound again'][-1] == cap
    assert heard['damaged'][-1] == heard['silent'][-1] == float('inf')
    assert processes.end('consumer')[0] == 0
