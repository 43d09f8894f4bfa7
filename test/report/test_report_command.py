# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""`icv-v2x report` makes a page from a bag or from lines, and says in one line what it cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from icv_v2x.interchange import BagWriter
from icv_v2x.scenes import Scene, kmh, write
from icv_v2x.tools.cli import main
from icv_v2x.tools.report import is_simulated


@pytest.fixture(scope='module')
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the bag of an ego that comes up to a standing car."""
    scene = Scene(duration=5.0)
    scene.ego(speed=kmh(50))
    scene.car('leader', ahead=80.0, speed=0.0)
    path = tmp_path_factory.mktemp('bags') / 'standing'
    write(scene, path)
    return path


def data_of(page: Path) -> dict[str, Any]:
    """Return what a page carries."""
    found = re.search(r'id="data">(.*?)</script>', page.read_text(encoding='utf-8'), re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found.group(1))
    return document


def test_a_bag_becomes_a_page_with_its_scene(bag: Path, tmp_path: Path) -> None:
    page = tmp_path / 'page.html'
    assert main(['report', str(bag), '--html', str(page)]) == 0
    data = data_of(page)
    assert (data['title'], data['simulated']) == ('standing', True)
    assert len(data['scene']['tracks']) == 1
    assert data['situations'][0]['application'] == 'FCW'
    assert data['thresholds']['assumed'] is False
    assert data['summary']['received'] == data['summary']['accepted'] > 0


def test_lines_become_a_page_that_says_why_it_has_no_map(bag: Path, tmp_path: Path) -> None:
    lines, page = tmp_path / 'run.jsonl', tmp_path / 'page.html'
    main(['replay', str(bag), '--jsonl', str(lines)])
    assert main(['report', str(lines), '--html', str(page), '--title', 'from lines']) == 0
    data = data_of(page)
    assert data['title'] == 'from lines'
    assert data['scene'] is None
    assert 'Give the bag' in data['sceneMissing']
    assert data['thresholds']['assumed'] is True


def test_bag_and_lines_tell_of_the_same_situations(bag: Path, tmp_path: Path) -> None:
    lines = tmp_path / 'run.jsonl'
    main(['replay', str(bag), '--jsonl', str(lines)])
    told = []
    for source in (bag, lines):
        main(['report', str(source), '--html', str(tmp_path / 'page.html')])
        data = data_of(tmp_path / 'page.html')
        told.append([
            (s['application'], s['level'], s['start'], s['end'], s['gap'], s['reason'])
            for s in data['situations']])
        assert data['duration'] in range(5_000, 5_101)
    assert told[0] == told[1] != []


@pytest.mark.parametrize(('source', 'html', 'said'), [
    ('absent', 'page.html', 'no such bag'),
    ('wrong.jsonl', 'page.html', 'line 1'),
    ('wrong.jsonl', 'nowhere/page.html', 'does not exist'),
])
def test_what_cannot_be_done_is_said_in_one_line(
    source: str, html: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / 'wrong.jsonl').write_text('wrong\n')
    assert main(['report', str(tmp_path / source), '--html', str(tmp_path / html)]) == 2
    line, = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (tmp_path / 'page.html').exists()


def test_only_a_bag_that_says_so_is_simulated(bag: Path, tmp_path: Path) -> None:
    with BagWriter(tmp_path / 'recorded'):
        pass
    assert is_simulated(bag)
    assert is_simulated(next(bag.glob('*.mcap')))
    assert not is_simulated(tmp_path / 'recorded')
    assert not is_simulated(tmp_path / 'absent')
