# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What sending costs: ``pytest benchmarks/bench_transmit.py``.

The sender is asked a hundred times a second and composes a message every tenth time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'test' / 'transmit'))

from drives import circle, sender, sent


def test_sender_in_a_turn(benchmark: Any) -> None:
    """A second of driving in steps of 10 ms, the history full."""
    source = sender()
    drive = circle(15.0, 200.0)
    assert list(sent(source, drive, 40.0))
    begin = iter(range(40, 100_000))

    def second() -> int:
        start = next(begin)
        return len(list(sent(source, drive, start + 1.0, begin=float(start))))

    assert benchmark.pedantic(second, rounds=30, warmup_rounds=2) == 10
