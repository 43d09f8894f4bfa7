# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The lead of a preparation: as long as most of them take, whatever single ones do."""

from __future__ import annotations

import numpy as np
import pytest

from icv_v2x.nodes.cycle_timer import Lead


def test_nine_of_ten_preparations_are_ready() -> None:
    lead = Lead(0.05)
    durations = np.random.default_rng(1).uniform(0.005, 0.025, 4000)
    ready = []
    for duration in durations:
        ready.append(duration <= lead.time)
        lead.learn(float(duration))
    assert np.mean(ready[1000:]) == pytest.approx(0.9, abs=0.03)


def test_one_that_takes_long_moves_the_lead_little() -> None:
    lead = Lead(0.05)
    before = lead.time
    lead.learn(1.0)
    assert lead.time == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize(('duration', 'lead_time'), [(0.0, 0.005), (1.0, 0.03)])
def test_the_lead_stays_a_share_of_the_period(duration: float, lead_time: float) -> None:
    lead = Lead(0.05)
    for _ in range(1000):
        lead.learn(duration)
    assert lead.time == pytest.approx(lead_time)
