# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Evaluations go on after a kill, survive broken bags and add up what the replays say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from icv_v2x.dataset.evaluation_schema import EVALUATION_TABLES
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools import cli, evaluate
from icv_v2x.tools.evaluation.bag import BROKEN, DONE, FAILED, Task, evaluate_bag, without_result
from icv_v2x.tools.evaluation.page import page
from icv_v2x.tools.evaluation.store import ResultStore
from icv_v2x.tools.evaluation.tables import totals

pandas = pytest.importorskip('pandas')
pytest.importorskip('pyarrow')
pytest.importorskip('distributed')


def make_bag(folder: Path, name: str, *, ahead: float = 60.0) -> Path:
    scene = Scene(2.0)
    scene.ego(kmh(60))
    scene.car('standing', ahead=ahead, speed=0.0)
    write(scene, folder / name)
    return folder / name


@pytest.fixture(scope='module')
def bags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a folder with two bags that are sound and one that is not."""
    folder = tmp_path_factory.mktemp('bags')
    make_bag(folder, 'first')
    make_bag(folder, 'second', ahead=300.0)
    broken = make_bag(folder, 'third')
    data = broken / 'third.mcap'
    data.write_bytes(data.read_bytes()[:200])
    return folder


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Works in this process and returns the names of the bags that were replayed."""
    replayed: list[str] = []

    def run_all(tasks: Any, take: Any, **_: Any) -> None:
        for task in tasks:
            replayed.append(Path(task.bag).name)
            take(task, evaluate_bag(task))

    monkeypatch.setattr(evaluate, 'run_all', run_all)
    return replayed


def test_sums_are_those_of_the_replays_and_a_broken_bag_is_named(
    bags: Path, tmp_path: Path, in_process: list[str], capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / 'out'
    assert cli.main(['evaluate', str(bags), '--out', str(out)]) == 1
    assert in_process == ['first', 'second', 'third']
    assert 'third: cannot read bag' in capsys.readouterr().err
    table = pandas.read_parquet(out / 'bags.parquet')
    assert table['status'].tolist() == [DONE, DONE, BROKEN]
    lines = tmp_path / 'lines'
    assert cli.main(['replay', str(bags / 'first'), '--jsonl', str(lines)]) == 0
    *cycles, last = map(json.loads, lines.read_text().splitlines())
    first = table.iloc[0]
    for name in ('cycles', 'received', 'accepted'):
        assert first[name] == last['summary'][name]
    advisories = pandas.read_parquet(out / 'advisories.parquet')
    own = advisories[advisories['bag'] == str(bags / 'first')]
    assert own['cycles'].sum() == sum(len(line['advisories']) for line in cycles)
    assert first['warnings'] == 1
    assert table.iloc[1]['warnings'] == 0
    for wanted in EVALUATION_TABLES:
        found = pandas.read_parquet(out / f'{wanted.name}.parquet')
        assert list(found.columns) == [column.name for column in wanted.columns]
    text = (out / 'index.html').read_text()
    assert '2 of 3 bags' in text
    assert 'the mcap file is truncated' in text or 'cannot read bag' in text
    assert '<script' not in text


def test_only_what_is_new_or_changed_is_replayed(
    bags: Path, tmp_path: Path, in_process: list[str],
) -> None:
    words = ['evaluate', '--out', str(tmp_path), str(bags / 'first'), str(bags / 'second')]
    cli.main(words)
    in_process.clear()
    cli.main(words)
    assert in_process == []
    cli.main([*words[:3], '--profile', 'smart_bus', *words[3:]])
    assert in_process == ['first', 'second']
    in_process.clear()
    own = make_bag(tmp_path, 'own')
    cli.main([*words, str(own)])
    assert in_process == ['own']
    time.sleep(0.01)
    (own.parent / 'own.params.yaml').write_text(
        (own.parent / 'own.params.yaml').read_text() + '    fcw: {enabled: false}\n')
    cli.main([*words, str(own)])
    assert in_process == ['own', 'own']


def test_what_ended_unexpectedly_is_tried_again_and_half_a_result_is_none(tmp_path: Path) -> None:
    store = ResultStore(tmp_path, '1')
    task = Task(str(tmp_path / 'bag'))
    store.save(task, without_result(task, FAILED, 'the worker died'))
    assert store.load(task) is None
    store.save(task, without_result(task, BROKEN, 'no such bag'))
    assert store.load(task) == without_result(task, BROKEN, 'no such bag')
    next((tmp_path / 'bags').iterdir()).write_text('{"status": "do')
    assert store.load(task) is None
    assert ResultStore(tmp_path, '2').load(task) is None


def test_words_of_a_bag_cannot_become_part_of_the_page() -> None:
    bad = without_result(Task('<b>&'), BROKEN, '<script>alert(1)</script>')
    text = page([bad], '1', 'parameters <i>')
    assert '<script' not in text
    assert '&lt;b&gt;&amp;' in text
    assert totals([bad]).hours == 0.0


def test_wrong_words_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(['evaluate', str(tmp_path), '--out', str(tmp_path / 'out')]) == 2
    assert 'is no bag and holds none' in capsys.readouterr().err
    words = ['evaluate', 'absent', '--out', str(tmp_path / 'out')]
    assert cli.main([*words, '--workers', '0']) == 2
    assert 'takes 1 or more' in capsys.readouterr().err
    assert cli.main([*words, '--profile', 'tank']) == 2
    assert "no profile 'tank'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_killed_evaluation_redoes_only_the_bags_in_work(tmp_path: Path) -> None:
    folder, out = tmp_path / 'many', tmp_path / 'out'
    folder.mkdir()
    count = 4
    for number in range(count):
        make_bag(folder, f'bag{number}')
    command = [sys.executable, '-m', 'icv_v2x.tools.cli', 'evaluate', str(folder),
               '--out', str(out), '--workers', '1']
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 90.0
    try:
        while len(list(out.glob('bags/*.json'))) < 2:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    kept = {path: path.stat().st_mtime_ns for path in out.glob('bags/*.json')}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110.0)
    assert done.returncode == 0, done.stderr
    assert f'{len(kept)} of {count} bags are done already' in done.stderr
    after = {path: path.stat().st_mtime_ns for path in out.glob('bags/*.json')}
    # What was there is untouched, so what is redone was in work at the kill, or not begun.
    assert {path: after[path] for path in kept} == kept
    assert len(after) == count
    assert len(pandas.read_parquet(out / 'bags.parquet')) == count
