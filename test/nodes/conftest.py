# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Sets of processes for the tests that talk over the middleware."""

from __future__ import annotations

import importlib.util
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from live import Live, live

_numbers = itertools.count()


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Live]:
    """Yields processes in a middleware domain of their own; kills what is left of them."""
    if importlib.util.find_spec('rclpy') is None:
        pytest.skip('there is no ROS 2 in this environment')
    # Domains above 101 would share ports with ordinary connections.
    domain = 1 + (os.getpid() * 11 + next(_numbers)) % 100
    with live(tmp_path, domain) as setting:
        yield setting


@pytest.fixture
def parameters(tmp_path: Path) -> Path:
    """Returns a parameter file with what has no default."""
    path = tmp_path / 'parameters.yaml'
    path.write_text(
        '/**:\n  ros__parameters:\n'
        '    map_origin: {latitude: 39.795, longitude: 116.506}\n'
        '    vehicle: {length: 4.6, width: 1.8, base_link_to_center: 1.4}\n')
    return path
