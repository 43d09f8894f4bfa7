# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Cars join and keep a platoon in SUMO by octets, and survive full braking without a collision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip('libsumo', reason='SUMO is an extra of its own')

from platoon_scenes import SCENES, scene

from icv_v2x.platooning import Control, State
from icv_v2x.tools.simulation.platoon_run import PlatoonRecord, drive_platoon

pytestmark = pytest.mark.slow
BEGIN = 14.0


@pytest.fixture(scope='module')
def braking(tmp_path_factory: pytest.TempPathFactory) -> PlatoonRecord:
    """Returns three cars of which the first brakes hard, a third of all frames lost and late."""
    name = 'brake_loss_delay'
    plan = scene(name, tmp_path_factory.mktemp('platoon'), 3)
    shift = SCENES[name].begin - BEGIN
    return drive_platoon(replace(
        plan, duration=BEGIN + 9.0, lead=lambda time, speed: plan.lead(time + shift, speed)), 1)


def test_cars_join_and_follow_closely_before_the_leader_brakes(braking: PlatoonRecord) -> None:
    row = int(np.argmax(braking.time >= BEGIN)) - 1
    assert braking.state[row].tolist() == [State.LEADING, State.FOLLOWING, State.FOLLOWING]
    assert braking.members[row].tolist() == [3, 3, 3]
    headway = braking.gap[row, 1:] / braking.speed[row, 1:]
    # What comes 0.2 s late costs more than 0.6 s.
    assert 0.55 <= headway.min() <= headway.max() < 0.85
    assert (braking.control[row, 1:] == Control.COOPERATIVE).all()


def test_full_braking_with_loss_and_delay_ends_without_contact(braking: PlatoonRecord) -> None:
    assert braking.collisions == ()
    assert np.nanmin(braking.gap[:, 1:]) > 1.0
    assert braking.acceleration[:, 0].min() == pytest.approx(-6.0, abs=0.2)
    assert braking.speed[-1, 0] == 0.0
    assert braking.speed[-1].max() < 5.0


def test_every_frame_of_the_platoon_is_well_formed(braking: PlatoonRecord) -> None:
    assert braking.sent > 100
    assert set(braking.rejected) <= {'duplicate', 'late'}
