# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The event recorder beside a running stack: what it kept survives its hard end, and replays."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from live import Live

from icv_v2x.advisory.types import Level
from icv_v2x.interchange import BagReader
from icv_v2x.parameters import load
from icv_v2x.recorder import archive
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools.cli import main
from icv_v2x.tools.replay import replay

# One at a time: their times are compared.
pytestmark = [
    pytest.mark.middleware, pytest.mark.slow, pytest.mark.comparison,
]


def test_a_warning_is_kept_through_a_hard_end(processes: Live) -> None:
    scene = Scene(7.0, start=1_780_000_000_000_000_000)
    scene.ego(kmh(50))
    scene.car('standing', ahead=95.0, speed=0.0, seen_by_ego=True)
    bag = processes.folder / 'bag'
    write(scene, bag)
    parameters, folder = Path(f'{bag}.params.yaml'), processes.folder / 'events'
    processes.record()
    processes.node('v2x_stack', parameters, 'use_sim_time:=true')
    processes.node('event_recorder', parameters, 'use_sim_time:=true',
                   f'recorder.folder:={folder}')
    processes.wait(
        lambda: all(
            processes.diagnostics().get(f'/{name}: state', {}).get('message') == 'active'
            for name in ('v2x_stack', 'event_recorder')), 'the nodes')
    processes.play(bag, '--sim')
    processes.end('event_recorder', signal.SIGKILL)

    assert all(finding.torn for finding in archive.verify(folder))
    warned = next(
        event for event in archive.events(folder)
        if event.kind == 'advisory' and event.details['level'] == Level.WARNING)
    exported = processes.folder / 'exported'
    assert main(['events', str(folder), '--export', str(warned.number), str(exported)]) == 0
    cycles = []
    with BagReader(exported) as reader:
        replay(reader, load(Path(f'{exported}.params.yaml')),
               lambda step: cycles.append(step.cycle))
    again = next(
        cycle.stamp for cycle in cycles
        if any(a.level >= Level.WARNING for a in cycle.advisories))
    assert abs(again - warned.time) <= 50_000_000

    processes.node('event_recorder', parameters, 'use_sim_time:=true',
                   f'recorder.folder:={folder}')
    processes.wait(
        lambda: 'active' in processes.err('event_recorder').read_text(), 'the restart')
    assert processes.end('event_recorder')[0] == 0
    assert all(finding.torn for finding in archive.verify(folder))
