# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Every node has a page, and the tables there are what the code says."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / 'docs' / 'nodes'


def executables() -> set[str]:
    text = (ROOT / 'setup.py').read_text()
    return set(re.findall(r"'(\w+) = icv_v2x\.nodes", text))


def test_every_executable_has_a_page_and_every_page_is_listed() -> None:
    pages = {path.stem for path in PAGES.glob('*.md')}
    assert pages == executables()
    index = (ROOT / 'docs' / 'nodes.md').read_text()
    assert {name for name in pages if f'(nodes/{name}.md)' in index} == pages


def test_tables_are_what_the_code_says(tmp_path: Path) -> None:
    if importlib.util.find_spec('rclpy') is None:
        pytest.skip('there is no ROS 2 in this environment')
    for path in PAGES.glob('*.md'):
        (tmp_path / path.name).write_text(path.read_text())
    done = subprocess.run(
        [sys.executable, '-m', 'icv_v2x.nodes.description', str(tmp_path)], check=False,
        capture_output=True, text=True, timeout=120, cwd=ROOT,
        env={**os.environ, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'OFF'})
    assert done.returncode == 0, done.stderr
    for path in PAGES.glob('*.md'):
        assert path.read_text() == (tmp_path / path.name).read_text(), (
            'run: python3 -m icv_v2x.nodes.description docs/nodes')
