# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept around events: complete, chained, bounded, and the same advisories again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rosbags.rosbag2 import Reader

from icv_v2x.advisory.types import Level
from icv_v2x.interchange import READ_TOPICS, BagError, BagReader
from icv_v2x.interchange.playback import Step
from icv_v2x.parameters import load
from icv_v2x.pipeline import Cycle
from icv_v2x.recorder import Event, EventRecorder, Limits, archive
from icv_v2x.recorder.event_recorder import EVENTS, WINDOW, files
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools.cli import main
from icv_v2x.tools.jsonl import cycle_line
from icv_v2x.tools.replay import replay

SECOND = 1_000_000_000
TOPICS = {'/a': 'std_msgs/msg/String', '/b': 'std_msgs/msg/String'}
LIMITS = Limits(before=3.0, after=2.0, longest=20.0)


def filled(folder: Path, until: float, *events: float, limits: Limits = LIMITS) -> EventRecorder:
    """Returns a recorder after a message every 0.1 s and events at some times [s]."""
    recorder = EventRecorder(folder, TOPICS, limits=limits)
    for tenth in range(round(until * 10)):
        recorder.message('/a', tenth * SECOND // 10, f'{tenth}'.encode())
        if tenth / 10 in events:
            recorder.event(Event(tenth * SECOND // 10, 'mode', 'something', {'tenth': tenth}))
    return recorder


def times(folder: Path, number: int) -> list[float]:
    """Returns the times [s] of the messages around an event."""
    return [time / SECOND for time, _, _ in archive.window(folder, number).messages]


def test_what_came_before_and_after_is_kept(tmp_path: Path) -> None:
    filled(tmp_path, 20.0, 10.0).close()
    kept = times(tmp_path, 1)
    assert (kept[0], kept[-1]) == (7.0, pytest.approx(12.1))
    assert len(kept) == len(set(kept)) == 52
    assert archive.window(tmp_path, 1).messages[0][1:] == ('/a', b'70')
    assert archive.verify(tmp_path) == []


def test_events_that_follow_each_other_share_a_window(tmp_path: Path) -> None:
    filled(tmp_path, 20.0, 10.0, 11.5, 16.0).close()
    assert [event.window for event in archive.events(tmp_path)] == [
        'window-00000001.icvj', 'window-00000001.icvj', 'window-00000003.icvj']
    assert (times(tmp_path, 2)[-1], times(tmp_path, 3)[0]) == (pytest.approx(13.6), 13.0)


def test_a_later_start_continues_the_chain(tmp_path: Path) -> None:
    filled(tmp_path, 5.0, 4.0).close()
    filled(tmp_path, 5.0, 4.0).close()
    assert [event.number for event in archive.events(tmp_path)] == [1, 2]
    assert archive.verify(tmp_path) == []


@pytest.mark.parametrize('kind', [EVENTS, WINDOW])
def test_a_changed_octet_shows(tmp_path: Path, kind: str) -> None:
    filled(tmp_path, 20.0, 5.0, 16.0).close()
    path = files(tmp_path, kind)[0]
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)
    assert path in [finding.path for finding in archive.verify(tmp_path) if not finding.torn]
    assert main(['events', str(tmp_path), '--verify']) == 1


def test_a_window_of_elsewhere_shows(tmp_path: Path) -> None:
    filled(tmp_path / 'here', 5.0, 2.0, 4.0).close()
    filled(tmp_path / 'there', 5.0, 1.0, 2.0, 4.0, limits=Limits(3.0, 0.3)).close()
    stranger = files(tmp_path / 'there', WINDOW)[-1]
    (tmp_path / 'here' / 'window-00000002.icvj').write_bytes(stranger.read_bytes())
    finding, = archive.verify(tmp_path / 'here')
    assert finding.text == 'belongs to no event of the list'


def test_a_kill_costs_the_last_record_at_most(tmp_path: Path) -> None:
    program = (
        'import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n'
        'from test_event_recorder import *\n'
        'recorder = filled(Path(sys.argv[1]), 6.0, 5.0)\n'
        'print("ready", flush=True)\n'
        'for n in range(10**9): recorder.message("/b", 6 * SECOND, b"x" * 50_000)\n')
    process = subprocess.Popen(
        [sys.executable, '-c', program, str(tmp_path), str(Path(__file__).parent)],
        stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b'ready\n'
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert all(finding.torn for finding in archive.verify(tmp_path))
    assert [event.number for event in archive.events(tmp_path)] == [1]
    kept = archive.window(tmp_path, 1)
    assert [octets for _, topic, octets in kept.messages if topic == '/a'] == [
        f'{tenth}'.encode() for tenth in range(20, 60)]
    filled(tmp_path, 6.0, 5.0).close()
    assert [event.number for event in archive.events(tmp_path)] == [1, 2]
    assert all(finding.torn for finding in archive.verify(tmp_path))


def test_nothing_grows_without_bound(tmp_path: Path) -> None:
    limits = Limits(before=1.0, after=0.1, disk=4_000, events=10, rate=1000)
    recorder = filled(tmp_path, 60.0, *(float(k) for k in range(2, 60)), limits=limits)
    recorder.close()
    kept = list(archive.events(tmp_path))
    assert 10 <= len(kept) <= 21
    assert kept[-1].number == 58
    assert sum(path.stat().st_size for path in files(tmp_path, WINDOW)) < 6_000
    assert archive.verify(tmp_path) == []
    with pytest.raises(BagError, match='given up'):
        archive.window(tmp_path, kept[0].number)


def test_a_flood_of_events_is_counted(tmp_path: Path) -> None:
    recorder = EventRecorder(tmp_path, TOPICS, limits=Limits(rate=5))
    for number in range(50):
        recorder.event(Event(number * SECOND // 10, 'fault', 'again'))
    assert recorder.events == 5
    assert recorder.suppressed == {'fault': 45}
    assert recorder.event(Event(70 * SECOND, 'fault', 'later')) is not None


def test_a_disk_that_fails_costs_records_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder = filled(tmp_path, 5.0)
    def full(*_: object) -> None:
        raise OSError(28, 'No space left on device')
    with monkeypatch.context() as patch:
        patch.setattr('icv_v2x.recorder.journal.JournalWriter.append', full)
        assert recorder.event(Event(5 * SECOND, 'mode', 'x')) is None
        recorder.message('/a', 5 * SECOND, b'')
    assert recorder.event(Event(6 * SECOND, 'mode', 'too early to try again')) is None
    assert recorder.dropped == 2
    assert recorder.event(Event(11 * SECOND, 'mode', 'x')) is not None
    recorder.close()
    assert [event.time // SECOND for event in archive.events(tmp_path)] == [11]


def test_time_that_runs_back_begins_anew(tmp_path: Path) -> None:
    recorder = filled(tmp_path, 5.0, 4.5)
    recorder.clear()
    recorder.message('/a', SECOND, b'new')
    recorder.event(Event(SECOND, 'mode', 'again'))
    recorder.close()
    assert times(tmp_path, 2) == [1.0]


def without_ages(cycle: Cycle) -> Cycle:
    return replace(cycle, advisories=tuple(
        replace(advisory, source_ages=()) for advisory in cycle.advisories))


def test_an_exported_event_replays_to_the_same_advisories(tmp_path: Path) -> None:
    scene = Scene(12.0)
    scene.ego(kmh(50))
    scene.car('standing', ahead=135.0, speed=0.0, seen_by_ego=True)
    bag = tmp_path / 'bag'
    write(scene, bag)
    parameters = load(Path(f'{bag}.params.yaml'))
    recorder = EventRecorder(
        tmp_path / 'events', READ_TOPICS, limits=Limits(before=5.0, after=3.0),
        parameters=Path(f'{bag}.params.yaml').read_text())
    cycles = []
    with BagReader(bag) as reader:
        replay(reader, parameters, lambda step: cycles.append(step.cycle))
    warned = next(
        cycle for cycle in cycles if any(a.level == Level.WARNING for a in cycle.advisories))
    told = False
    with Reader(bag) as raw:
        for connection, log_time, octets in raw.messages():
            if log_time > warned.stamp and not told:
                told = recorder.event(Event(warned.stamp, 'advisory', 'FCW')) is not None
            recorder.message(connection.topic, log_time, bytes(octets))
    recorder.close()
    exported = tmp_path / 'exported'
    assert main(['events', str(tmp_path / 'events'), '--export', '1', str(exported)]) == 0
    again = []
    with BagReader(exported) as reader:
        replay(
            reader, load(Path(f'{exported}.params.yaml')), lambda step: again.append(step.cycle))
    offset = {cycle.stamp: cycle for cycle in cycles}
    assert all(cycle.stamp in offset for cycle in again)
    since = warned.stamp - SECOND
    compared = [cycle for cycle in again if cycle.stamp >= since]
    assert len(compared) > 70
    for cycle in compared:
        pair = (cycle, offset[cycle.stamp])
        if cycle is again[-1]:
            # It lies behind the end of the event, which lacks the pose that came in between.
            pair = (without_ages(pair[0]), without_ages(pair[1]))
        assert cycle_line(Step(0.0, pair[0])) == cycle_line(Step(0.0, pair[1]))
