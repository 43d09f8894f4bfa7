# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Speed advice spares stops and fuel along a street with signals in SUMO, and runs no red."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip('libsumo', reason='SUMO is not installed')

from signal_corridor import corridor, drive


def test_who_follows_the_advice_stops_less_uses_less_and_is_not_late(tmp_path: Path) -> None:
    street = corridor(tmp_path)
    free, advised = (drive(street, 1, advised=wanted) for wanted in (False, True))
    assert free.stops >= 2
    assert advised.stops <= 0.5 * free.stops
    assert advised.red == 0
    assert advised.duration <= 1.02 * free.duration
    assert advised.fuel < free.fuel
    assert advised.advised > 0.5
