# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Settings that all tests share: strict message fields, a private middleware, steady examples."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from strategies.recordings import RECORDINGS

# Before anything imports rclpy: a wrong type in a message field must fail, not be corrupted.
os.environ['ROS_PYTHON_CHECK_FIELDS'] = '1'
# Tests must neither hear nor disturb a vehicle or a simulator on the same network, nor each other.
os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
os.environ['ROS_DOMAIN_ID'] = str(1 + os.getpid() % 100)

ROOT = Path(__file__).resolve().parent.parent

# The machine's load decides how long an example takes, so time is no criterion here.
settings.register_profile('steady', deadline=None, derandomize=True, print_blob=True)
settings.register_profile('search', deadline=None, max_examples=2000)
settings.load_profile(os.environ.get('HYPOTHESIS_PROFILE', 'steady'))


@pytest.fixture(scope='session')
def repository() -> Path:
    """Returns the root of the checkout."""
    return ROOT


@pytest.fixture(scope='session')
def recordings() -> Path:
    """Returns the folder of recorded traffic beside the checkout; skips where it is absent."""
    if not RECORDINGS.is_dir():
        pytest.skip('the recorded traffic is not beside this checkout')
    return RECORDINGS
