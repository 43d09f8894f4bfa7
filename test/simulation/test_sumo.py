# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Tests of the pipeline in traffic of SUMO; those that run it are skipped where it is absent.

The full versions with their tables: `python benchmarks/sumo_oracles.py --help`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from following_times import compare
from injected import KINDS
from injected_check import check
from networks import junction, on_ramp

from icv_v2x.faults import Delay, Loss
from icv_v2x.tools import cli


@pytest.fixture(scope='session')
def sumo() -> None:
    """Skip where SUMO is not installed."""
    pytest.importorskip('libsumo', reason='SUMO is not installed (requirements-sumo.txt)')
    pytest.importorskip('sumo', reason='SUMO is not installed (requirements-sumo.txt)')


@pytest.fixture(scope='session')
def empty_roads(sumo: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return configurations of both networks without traffic."""
    folder = tmp_path_factory.mktemp('empty')
    return {
        'on_ramp': on_ramp(folder / 'on_ramp', mainline=0.0, ramp=0.0).config,
        'junction': junction(folder / 'junction', each=0.0).config,
    }


@pytest.fixture(scope='session')
def ramp_traffic(sumo: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a configuration with light traffic on the on-ramp."""
    folder = tmp_path_factory.mktemp('ramp')
    return on_ramp(folder, mainline=400.0, ramp=300.0, end=40.0).config


def results(config: Path, *words: object) -> list[dict[str, Any]]:
    out = config.with_name('out.jsonl')
    assert cli.main(['sumo', str(config), '--json', str(out), *map(str, words)]) == 0
    return [json.loads(line) for line in out.read_text(encoding='utf-8').splitlines()]


def test_without_sumo_one_line_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    monkeypatch.setitem(sys.modules, 'libsumo', None)
    words = ['sumo', str(tmp_path / 'x.sumocfg'), '--ego', 'a', '--json', str(tmp_path / 'out')]
    assert cli.main(words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert 'icv_v2x[sumo]' in line
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('seeds', ['5..2', 'x', '1..', '-1', '1..99999999999'])
def test_wrong_seeds_give_status_2_and_one_line(
    capsys: pytest.CaptureFixture[str], seeds: str,
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(['sumo', 'x', '--ego', 'a', '--json', '-', f'--seeds={seeds}'])
    assert end.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert 'A..B' in line


@pytest.mark.parametrize(('change', 'words'), [
    (None, ['--ego', 'nobody']),
    ('<configuration><net-file value="none.xml"/></configuration>', ['--ego', 'a']),
    ('no xml', ['--ego', 'a']),
    ('', ['--ego', 'a', '--loss', '2']),
])
def test_what_cannot_run_gives_status_2_and_says_why(
    ramp_traffic: Path, capfd: pytest.CaptureFixture[str], change: str | None, words: list[str],
) -> None:
    config = ramp_traffic
    if change is not None:
        config = ramp_traffic.with_name('changed.sumocfg')
        config.write_text(change)
    out = str(config.with_name('out'))
    assert cli.main(['sumo', str(config), '--json', out, '--until', '3', *words]) == 2
    assert 'icv-v2x sumo: ' in capfd.readouterr().err.splitlines()[-1]


def test_every_run_and_ego_gives_one_object(ramp_traffic: Path) -> None:
    found = results(
        ramp_traffic, '--ego', 'main.0', '--ego', 'ramp.0', '--seeds', '1..2', '--until', 30)
    assert [(value['seed'], value['ego']) for value in found] == [
        (1, 'main.0'), (1, 'ramp.0'), (2, 'main.0'), (2, 'ramp.0')]
    for value in found:
        counts = value['summary']
        assert counts['received'] == counts['accepted'] + sum(counts['rejected'].values())
        assert counts['received'] > 0
        assert counts['rejected'] == {}
        assert value['vehicle_seconds'] == pytest.approx(counts['cycles'] * 0.1)
        assert value['collisions'] == []
        assert {s['verdict'] for s in value['situations']} <= {'hit', 'false', 'undecided'}


def test_one_seed_gives_one_result(ramp_traffic: Path) -> None:
    words = ('--ego', 'main.1', '--seeds', 3, '--until', 25, '--loss', 0.2, '--noise', 0.3)
    assert results(ramp_traffic, *words) == results(ramp_traffic, *words)


def test_what_is_lost_does_not_arrive(ramp_traffic: Path) -> None:
    words = ('--ego', 'main.1', '--until', 25)
    (all_,), (some,) = results(ramp_traffic, *words), results(ramp_traffic, *words, '--loss', 0.3)
    share = some['summary']['received'] / all_['summary']['received']
    assert 0.6 < share < 0.8
    (late,) = results(ramp_traffic, *words, '--delay', 1.5)
    assert late['summary']['accepted'] == 0
    assert set(late['summary']['rejected']) == {'stale'}


def test_following_times_equal_those_of_sumo(sumo: None, tmp_path: Path) -> None:
    traffic = junction(tmp_path, each=600.0, end=150.0, control='traffic_light')
    compared = compare(traffic.config, 1)
    assert len(compared) >= 2000
    assert np.count_nonzero(compared.beyond) == 0


@pytest.mark.parametrize('kind', KINDS)
def test_collisions_are_warned_of_in_time(empty_roads: dict[str, Path], kind: str) -> None:
    checked = [check(kind, seed, empty_roads) for seed in range(3)]
    assert [one.fault for one in checked if one] == [''] * sum(one is not None for one in checked)
    assert any(checked)


@pytest.mark.parametrize('kind', ['slower leader', 'crossing'])
def test_collisions_are_warned_of_in_time_through_a_bad_channel(
    empty_roads: dict[str, Path], kind: str,
) -> None:
    # A lost message and the delay may each cost their time.
    checked = check(kind, 7, empty_roads, (Loss(0.3), Delay(0.1)), allowance=0.3)
    assert checked is not None
    assert checked.fault == ''
