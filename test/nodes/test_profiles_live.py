# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Profiles start the live stack, which says of recorded traffic what a replay says."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from live import Live

from icv_v2x.advisory.types import Level
from icv_v2x.interchange import BagReader
from icv_v2x.parameters.profiles import known, profile_file
from icv_v2x.report.situations import situations
from icv_v2x.tools import cli
from icv_v2x.tools.bag_source import parameters_of
from icv_v2x.tools.replay import replay

# One at a time: their times are compared.
pytestmark = [
    pytest.mark.middleware, pytest.mark.slow, pytest.mark.comparison,
]

# ICV_V2X_ALL_PROFILES=1 python -m pytest test/nodes/test_profiles_live.py
PROFILES = sorted(known()) if os.environ.get('ICV_V2X_ALL_PROFILES') else ['smart_bus', 'port']
RECORDING = 'USA_US101-3_1_T-1.xml.gz'


@pytest.fixture(scope='module')
def bag(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns recorded traffic of a motorway as a bag."""
    path = tmp_path_factory.mktemp('recorded') / 'traffic'
    source = recordings / 'ngsim' / RECORDING
    assert cli.main(['import', 'commonroad', str(source), str(path)]) == 0
    return path


@pytest.mark.parametrize('name', PROFILES)
def test_a_profile_runs_live_and_says_what_a_replay_says(
    processes: Live, bag: Path, name: str,
) -> None:
    cycles = []
    with BagReader(bag) as reader:
        replay(reader, parameters_of(bag, None, name), lambda step: cycles.append(step.cycle))
    processes.record()
    # The order of the launch file: what comes later goes before what came first.
    processes.start('v2x_stack', [
        sys.executable, '-m', 'icv_v2x.nodes.v2x_stack', '--ros-args',
        '--params-file', f'{bag}.params.yaml', '--params-file', str(profile_file(name)),
        '-p', 'use_sim_time:=true', '-p', f'profile:={name}'])
    processes.wait(
        lambda: processes.diagnostics().get('/v2x_stack: state', {}).get('message') == 'active',
        'the stack')
    processes.play(bag, '--sim')
    heard = processes.advisories()
    assert {message.mode for message in heard} >= {'ACTIVE'}
    wanted = {
        (s.subject, s.application, s.level) for s in situations(cycles, minimum=Level.WARNING)}
    found = {
        (s.subject, s.application, s.level) for s in situations(heard, minimum=Level.WARNING)}
    assert found == wanted
    status, _ = processes.end('v2x_stack')
    assert status == 0
    assert processes.diagnostics()['/v2x_stack: state']['exceptions'] == '0'
