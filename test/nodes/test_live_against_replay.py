# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the planning stack hears over the middleware is what a replay of the bag says."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from live import Live, due

from icv_v2x.advisory.types import Level
from icv_v2x.interchange import BagReader
from icv_v2x.parameters import load
from icv_v2x.report.situations import Situation, situations
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools.replay import replay

# One at a time: their times are compared.
pytestmark = [
    pytest.mark.middleware, pytest.mark.slow, pytest.mark.comparison,
]

LOG = logging.getLogger(__name__)
SECOND = 1_000_000_000
SAME = 0.1
"""Situations begin within this much of each other [s]."""
LEAD = 9.0
"""The player is ready within this time [s]; else it waits for the next minute."""
SEPARATE = (
    'v2x_translator', 'collision_warning', 'road_services', 'merge_planner', 'advisory_arbiter')


def make_bag(folder: Path, start: int) -> Path:
    """Returns a bag with a crossing car, road works and, once that is gone, a standing car."""
    scene = Scene(10.0, start=start)
    scene.ego(kmh(50)).keep(until=2.8).brake(4.0, to=3.0).keep(until=5.7).accelerate(
        3.0, to=kmh(40)).keep(0.5).brake(6.0)
    scene.crossing('crossing', speed=kmh(40), at=80.0)
    scene.car('standing', ahead=95.0, speed=0.0, seen_by_ego=True)
    scene.car('beside', ahead=5.0, left=3.5, speed=kmh(52))
    scene.roadside_unit('unit', x=50.0, y=15.0)
    scene.road_side.dated = False
    scene.road_side.event(
        'unit', 1, 501, at=(95.0, 0.0), paths=[[(-50.0, 0.0), (95.0, 0.0)]], rate=5.0)
    bag = folder / 'bag'
    write(scene.placed(rotation=0.7), bag)
    return bag


def replayed(bag: Path) -> tuple[int, tuple[Situation, ...]]:
    """Returns the log time of the first message and what a replay says."""
    cycles = []
    with BagReader(bag) as reader:
        replay(reader, load(Path(f'{bag}.params.yaml')), lambda step: cycles.append(step.cycle))
    return cycles[0].stamp, situations(cycles, minimum=Level.CAUTION)


def check(processes: Live, bag: Path, start: int, *, since: int = 0) -> None:
    """Holds what was heard against the replay, and against the contract."""
    offline_start, offline = replayed(bag)
    heard = processes.advisories()[since:]
    online = situations(heard, minimum=Level.CAUTION)
    wanted = [(s.subject, s.application, s.level) for s in offline]
    assert {level for _, _, level in wanted} >= {Level.WARNING, Level.IMMINENT}
    assert [(s.subject, s.application, s.level) for s in online] == wanted
    shifts = [
        (live.start - start - (replay.start - offline_start)) / SECOND
        for live, replay in zip(online, offline, strict=True)
    ]
    LOG.info('start differences [s]: %s', shifts)
    assert max(map(abs, shifts)) <= SAME, shifts
    assert all(message.sound for message in heard)
    numbers = [message.sequence for message in heard]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(
        0 < advisory.valid_until - message.stamp <= 0.3 * SECOND
        for message in heard for advisory in message.advisories)
    assert [m.stamp for m in heard] == sorted({m.stamp for m in heard})


@pytest.mark.parametrize('nodes', [('v2x_stack',), SEPARATE], ids=['stack', 'processes'])
def test_on_system_time(processes: Live, nodes: tuple[str, ...]) -> None:
    parameters = Path(f'{make_bag(processes.folder, 0)}.params.yaml')
    processes.record()
    for name in nodes:
        processes.node(name, parameters)
    processes.wait(processes.advisories, 'the first message')
    (processes.folder / 'live').mkdir()
    bag = make_bag(processes.folder / 'live', due(LEAD))
    start = processes.play(bag)
    check(processes, bag, start)
    # The publisher is gone: the own position gets old, and nothing is said any more.
    processes.wait(lambda: processes.advisories()[-1].mode == 'INHIBITED', 'INHIBITED')
    assert processes.advisories()[-1].advisories == ()
    for name in nodes:
        status, duration = processes.end(name)
        assert (status, duration < 5.0) == (0, True), processes.err(name).read_text()
    processes.wait(lambda: processes.advisories()[-1].mode == 'READY', 'the withdrawal')
    assert processes.advisories()[-1].advisories == ()


def start_on_simulated_time(processes: Live, bag: Path, nodes: tuple[str, ...]) -> None:
    """Starts nodes and holds that nothing is said before the first time."""
    processes.record()
    for name in nodes:
        processes.node(name, Path(f'{bag}.params.yaml'), 'use_sim_time:=true')
    processes.wait(
        lambda: all(
            processes.diagnostics().get(f'/{name}: state', {}).get('message') == 'active'
            for name in nodes), 'the nodes')
    assert processes.advisories() == [], 'there was a cycle before the first time'


def test_processes_on_simulated_time(processes: Live) -> None:
    bag = make_bag(processes.folder, due(0.0))
    start_on_simulated_time(processes, bag, SEPARATE)
    check(processes, bag, processes.play(bag, '--sim'))


def test_stack_on_simulated_time_with_a_bag_that_starts_again(processes: Live) -> None:
    bag = make_bag(processes.folder, due(0.0))
    start_on_simulated_time(processes, bag, ('v2x_stack',))
    check(processes, bag, processes.play(bag, '--sim'))
    count = len(processes.advisories())
    check(processes, bag, processes.play(bag, '--sim'), since=count)
    assert 'starting anew' in processes.err('v2x_stack').read_text()
    assert processes.diagnostics()['/v2x_stack: state']['exceptions'] == '0'


def test_through_the_udp_driver(processes: Live) -> None:
    parameters = Path(f'{make_bag(processes.folder, 0)}.params.yaml')
    port = 20_000 + processes.domain
    processes.record()
    processes.node('v2x_stack', parameters)
    processes.node('obu_udp_driver', None, 'verification:=VERIFIED', f'udp.bind_port:={port}')
    processes.wait(processes.advisories, 'the first message')
    processes.wait(
        lambda: 'listening' in processes.err('obu_udp_driver').read_text(), 'the driver')
    (processes.folder / 'live').mkdir()
    bag = make_bag(processes.folder / 'live', due(LEAD))
    check(processes, bag, processes.play(bag, '--udp', str(port)))
    counts = processes.diagnostics()['/obu_udp_driver: datagrams']
    assert int(counts['received']) == int(counts['forwarded']) > 0
