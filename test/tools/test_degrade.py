# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of degrading bags: what is lost and late in the new bag, and what is said of wrong use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from icv_v2x.inputs import FrameBatch, Odometry
from icv_v2x.interchange import BagReader
from icv_v2x.scenes import Scene, write
from icv_v2x.tools import cli


@pytest.fixture
def bag(tmp_path: Path) -> Path:
    scene = Scene(10.0)
    scene.ego(15.0)
    scene.car('leader', ahead=70.0, speed=5.0)
    scene.car('other', ahead=140.0, speed=15.0)
    write(scene, tmp_path / 'drive')
    return tmp_path / 'drive'


def degraded(bag: Path, *words: object) -> Path:
    out = bag.with_name('degraded')
    assert cli.main(['degrade', str(bag), str(out), '--force', *map(str, words)]) == 0
    return out


def frames(bag: Path) -> list[tuple[int, bytes]]:
    found = []
    with BagReader(bag) as reader:
        for _, _, record in reader:
            if isinstance(record, FrameBatch):
                ends = np.cumsum(record.length)
                found += [
                    (int(time), record.payload[end - length:end].tobytes())
                    for time, length, end in zip(
                        record.reception_time, record.length, ends, strict=True)
                ]
    return found


def poses(bag: Path) -> int:
    with BagReader(bag) as reader:
        return sum(isinstance(record, Odometry) for _, _, record in reader)


def test_without_options_the_bag_is_the_same(bag: Path) -> None:
    out = degraded(bag)
    assert frames(out) == frames(bag)
    assert poses(out) == poses(bag)
    assert out.with_name('degraded.params.yaml').read_text() == bag.with_name(
        'drive.params.yaml').read_text()


def test_loss_delay_and_copies_are_in_the_new_bag(bag: Path) -> None:
    sent = frames(bag)
    lost = frames(degraded(bag, '--loss', 0.3))
    assert 0.55 * len(sent) < len(lost) < 0.85 * len(sent)
    late = frames(degraded(bag, '--delay', 0.25))
    assert late == [(time + 250_000_000, octets) for time, octets in sent]
    assert len(frames(degraded(bag, '--duplicate', 1))) == 2 * len(sent)
    noisy = frames(degraded(bag, '--noise', 1.5, '--bias', 1.0, '--heading-noise', 3))
    assert [time for time, _ in noisy] == [time for time, _ in sent]
    assert not {octets for _, octets in noisy} & {octets for _, octets in sent}
    mixed = degraded(bag, '--ego-noise', 0.5, '--jitter', 0.2, '--reorder', 0.5)
    assert poses(mixed) == poses(bag)


def test_the_seed_decides(bag: Path) -> None:
    first = frames(degraded(bag, '--loss', 0.5, '--seed', 4))
    assert frames(degraded(bag, '--loss', 0.5, '--seed', 4)) == first
    assert frames(degraded(bag, '--loss', 0.5, '--seed', 5)) != first


def test_a_degraded_bag_still_warns(bag: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = degraded(bag, '--loss', 0.3, '--delay', 0.1, '--outage', 5, 0.3)
    capsys.readouterr()
    assert cli.main(['replay', str(out), '--jsonl', '-']) == 0
    assert '"WARNING"' in capsys.readouterr().out


@pytest.mark.parametrize('words', [
    ['--loss', '2'], ['--delay', '-1'], ['--outage', '0', '1'], ['--noise', '-3'],
    ['--seed', '-1'], ['--loss', 'nan'],
])
def test_a_wrong_value_gives_status_2_and_one_line(
    bag: Path, capsys: pytest.CaptureFixture[str], words: list[str],
) -> None:
    out = bag.with_name('degraded')
    assert cli.main(['degrade', str(bag), str(out), *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert 'expected' in lines[0]
    assert not out.exists()


def test_a_bag_is_not_degraded_into_itself(
    bag: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(['degrade', str(bag), str(bag), '--force']) == 2
    assert 'the bag itself' in capsys.readouterr().err
    assert frames(bag)
