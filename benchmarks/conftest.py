# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the figures need to be judged by: whether the machine had other work."""

from __future__ import annotations

import os
from typing import Any


def pytest_benchmark_update_machine_info(config: Any, machine_info: dict[str, Any]) -> None:
    """Note the load before the benchmarks."""
    del config
    machine_info['load'] = round(os.getloadavg()[0], 1)
