# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Processes that start are found at once: profile of the middleware, and an early presence."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from icv_v2x.interchange.parameter_text import parameter_text
from icv_v2x.nodes.discovery import discovery_variables
from icv_v2x.tools.fault_bench.drives import junction_scene

NAMESPACE = '{http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles}'
SEEN = """
import sys, time
from rclpy.signals import SignalHandlerOptions
import rclpy
rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
node = rclpy.create_node('looks')
print('looks', flush=True)
seen = []
end = time.monotonic() + 20.0
while time.monotonic() < end and not {'_v2x_stack_to_come', 'v2x_stack'} <= set(seen):
    seen += [name for name in node.get_node_names() if name not in seen]
    time.sleep(0.01)
time.sleep(1.0)
print(*[name for name in seen if 'v2x_stack' in name], flush=True)
print(*[name for name in node.get_node_names() if 'v2x_stack' in name], flush=True)
"""


@pytest.mark.parametrize(('environment', 'name'), [
    ({'ROS_DISTRO': 'humble'}, 'FASTRTPS_DEFAULT_PROFILES_FILE'),
    ({'ROS_DISTRO': 'jazzy'}, 'FASTRTPS_DEFAULT_PROFILES_FILE'),
    ({'ROS_DISTRO': 'kilted'}, 'FASTDDS_DEFAULT_PROFILES_FILE'),
    ({}, 'FASTDDS_DEFAULT_PROFILES_FILE'),
])
def test_the_profile_is_named_as_the_distribution_reads_it(
    environment: dict[str, str], name: str,
) -> None:
    (found, file), = discovery_variables(environment).items()
    assert found == name
    assert Path(file).is_file()


@pytest.mark.parametrize('name', [
    'FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'])
def test_profiles_that_somebody_has_chosen_stay(name: str) -> None:
    assert discovery_variables({name: 'own.xml'}) == {}


def test_the_profile_repeats_announcements_several_times_a_second() -> None:
    file, = discovery_variables({}).values()
    period = ET.parse(file).find(f'.//{NAMESPACE}leaseAnnouncement')
    assert period is not None
    seconds, nanoseconds = (int(part.text or '') for part in period)
    assert 0.1 <= seconds + 1e-9 * nanoseconds <= 0.5


@pytest.mark.middleware
def test_a_process_is_there_before_its_node_and_as_its_node_alone_afterwards(
    tmp_path: Path,
) -> None:
    parameters = tmp_path / 'node.yaml'
    parameters.write_text(parameter_text(junction_scene().parameter_values()))
    variables = {
        **os.environ, 'ROS_DOMAIN_ID': str(31 + os.getpid() % 60), **discovery_variables({})}
    watcher = subprocess.Popen(
        [sys.executable, '-c', SEEN], env=variables, text=True, stdout=subprocess.PIPE)
    stack = None
    guard = threading.Timer(60.0, watcher.kill)
    guard.start()
    try:
        assert watcher.stdout is not None
        assert watcher.stdout.readline().strip() == 'looks'
        stack = subprocess.Popen(
            [sys.executable, '-m', 'icv_v2x.nodes.commands', 'v2x_stack', '--ros-args',
             '--params-file', str(parameters), '-p', 'autostart:=false'],
            env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert watcher.stdout.readline().split() == ['_v2x_stack_to_come', 'v2x_stack']
        assert watcher.stdout.readline().split() == ['v2x_stack']
        stack.terminate()
        assert stack.wait(timeout=10.0) == 0
    finally:
        guard.cancel()
        for process in (watcher, stack):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
