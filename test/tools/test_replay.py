# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of replaying bags: the lines, their clock, their sameness, bags that lack something."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange import BagReader, BagWriter
from icv_v2x.scenes import Scene, inputs, kmh, write
from icv_v2x.tools import cli
from icv_v2x.tools.bag_source import parameter_file

SECOND = 1_000_000_000


def rear_end(duration: float = 6.0) -> Scene:
    scene = Scene(duration)
    scene.ego(kmh(60))
    scene.car('leader', ahead=70.0, speed=0.0)
    return scene


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    write(rear_end(), tmp_path / 'drive')
    return tmp_path / 'drive'


def lines_of(bag: Path, *words: object) -> list[dict[str, Any]]:
    out = bag.with_name('out.jsonl')
    assert cli.main(['replay', str(bag), '--jsonl', str(out), *map(str, words)]) == 0
    return [json.loads(line) for line in out.read_text(encoding='utf-8').splitlines()]


def test_lines_and_summary_are_as_documented(bag: Path) -> None:
    *cycles, last = lines_of(bag)
    summary = last['summary']
    assert summary['received'] == summary['accepted'] + sum(summary['rejected'].values()) == 60
    assert summary['cycles'] == 121
    assert cycles
    for line in cycles:
        assert line['t'] * 20 == pytest.approx(round(line['t'] * 20), abs=1e-6)
        assert line['merge_plan'] is None
        for advisory in line['advisories']:
            assert advisory['scenario'] == 'EMERGENCY_COLLISION_AVOIDANCE'
            assert 0.0 < advisory['valid_until'] - line['t'] <= 0.3 + 1e-6
    warnings = [
        (line['t'], advisory) for line in cycles for advisory in line['advisories']
        if advisory['level'] in ('WARNING', 'IMMINENT')]
    time, first = warnings[0]
    assert first['application'] == 'FCW'
    assert first['subject_ids'] == [rear_end().subject('leader')]
    # 1.7 s and 60 km/h against 5 m/s2: 3.37 s before the contact at 4.2 s.
    assert time == pytest.approx(4.2 - 3.37, abs=0.25)


def test_the_same_bag_gives_the_same_bytes(bag: Path) -> None:
    lines_of(bag)
    first = bag.with_name('out.jsonl').read_bytes()
    lines_of(bag)
    assert bag.with_name('out.jsonl').read_bytes() == first


def test_a_bag_gives_what_the_scene_gives_in_memory(bag: Path) -> None:
    from icv_v2x.pipeline import Pipeline
    from icv_v2x.scenes import run
    from icv_v2x.tools.jsonl import cycle_line

    lines_of(bag)
    written = bag.with_name('out.jsonl').read_text(encoding='utf-8').splitlines()[:-1]
    steps = run(rear_end(), Pipeline(rear_end().parameters()))
    assert [line for step in steps if (line := cycle_line(step))] == written


def test_lines_go_to_stdout_on_demand(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['replay', str(bag), '--jsonl', '-']) == 0
    captured = capsys.readouterr()
    assert 'summary' in json.loads(captured.out.splitlines()[-1])
    assert '60 frames received' in captured.err


def test_timing_tells_decoding_and_cycle_apart(bag: Path, tmp_path: Path) -> None:
    lines_of(bag, '--timing', tmp_path / 'timing.json')
    figures = json.loads((tmp_path / 'timing.json').read_text())
    assert figures['cycle']['count'] == figures['decoding']['count'] == 121
    assert 0.0 < figures['cycle']['median_ms'] <= figures['cycle']['p99_ms']
    assert figures['bag_s'] == pytest.approx(6.0)


def write_part(path: Path, kinds: tuple[type, ...]) -> None:
    scene = rear_end()
    with BagWriter(path) as writer:
        for time, record in inputs(scene):
            if isinstance(record, kinds):
                writer.write(time, record)
    write(scene, path.with_name('whole'))
    path.with_name('whole.params.yaml').rename(path.with_name(path.name + '.params.yaml'))


@pytest.mark.parametrize(('kinds', 'said'), [
    ((), 'is empty'), ((FrameBatch,), 'has no odometry'), ((Odometry,), 'has no radio frames'),
])
def test_what_a_bag_lacks_is_said_and_the_summary_still_comes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kinds: tuple[type, ...], said: str,
) -> None:
    write_part(tmp_path / 'part', kinds)
    lines = lines_of(tmp_path / 'part')
    assert len(lines) == 1
    counts = lines[0]['summary']
    assert counts['received'] == counts['accepted'] + sum(counts['rejected'].values())
    assert counts['received'] == (60 if kinds == (FrameBatch,) else 0)
    assert said in capsys.readouterr().err


def test_odometry_that_is_not_finite_is_refused_and_said(
    bag: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    from icv_v2x.interchange import MessageEncoder, typestore
    from icv_v2x.interchange.topics import ODOMETRY, READ_TOPICS

    encoder = MessageEncoder(typestore().types.__getitem__)
    with BagReader(bag) as reader, BagWriter(tmp_path / 'nan') as writer:
        for time, topic, record in reader:
            if isinstance(record, Odometry):
                message = encoder.odometry(record)
                message.pose.pose.position.x = float('nan')
                writer.write_message(time, ODOMETRY, READ_TOPICS[topic], message)
            elif isinstance(record, FrameBatch):
                writer.write(time, record)
    lines = lines_of(tmp_path / 'nan', '--params', f'{bag}.params.yaml')
    assert len(lines) == 1
    assert 'refused' in capsys.readouterr().err


def test_the_parameter_file_is_found_beside_the_bag(bag: Path) -> None:
    expected = bag.with_name('drive.params.yaml')
    assert parameter_file(bag, None) == expected
    assert parameter_file(bag / 'drive.mcap', None).resolve() == expected.resolve()
    assert parameter_file(bag, Path('other.yaml')) == Path('other.yaml')


def test_a_missing_parameter_file_is_named(
    bag: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    bag.with_name('drive.params.yaml').unlink()
    assert cli.main(['replay', str(bag)]) == 2
    assert 'drive.params.yaml does not exist; name one with --params' in capsys.readouterr().err


def test_the_bag_is_streamed(tmp_path: Path) -> None:
    pose = Odometry(0, 'map', 1.0, 2.0, 0.0, 0.5, 10.0, 0.0, 0.0)
    with BagWriter(tmp_path / 'long') as writer:
        for number in range(8000):
            writer.write(number, pose)
    size = (tmp_path / 'long' / 'long.mcap').stat().st_size
    with BagReader(tmp_path / 'long') as reader:
        next(iter(reader))
    tracemalloc.start()
    with BagReader(tmp_path / 'long') as reader:
        count = sum(1 for _ in reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 8000
    # The writer closes a chunk at 1 MiB; that many must be unpacked at once, not the whole file.
    assert size > 5 * 2**20
    assert peak < 3 * 2**20
