# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The assessment agrees with its parts, and the broad phase loses nothing that matters."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies.traffic import MODELS, Traffic, angles, random_traffic, seeds

from icv_v2x.conflict import (
    ConflictAssessment,
    Encounter,
    Footprint,
    assess_conflicts,
    closest_approach,
    first_contact,
    near_the_way,
    way_circles,
    zone_times,
)
from icv_v2x.motion import MotionUncertainty, constant_velocity

HORIZON = 5.0
CAR = Footprint.of(4.5, 1.8)
ERRORS = MotionUncertainty.of(0.5, 0.3, 0.02)


def assessed(
    ego: Traffic, objects: Traffic, model: str, within: float = 5.0
) -> ConflictAssessment:
    """Return the assessment of random traffic."""
    return assess_conflicts(
        ego.predicted(model, HORIZON),
        ego.footprint,
        ERRORS,
        objects.predicted(model, HORIZON),
        objects.footprint,
        ERRORS,
        within=within,
    )


def figures(found: ConflictAssessment) -> dict[str, np.ndarray]:
    """Return all arrays of an assessment by name."""
    arrays: dict[str, np.ndarray] = {}
    for name, values in vars(found).items():
        if dataclasses.is_dataclass(values):
            arrays |= {f'{name}.{inner}': array for inner, array in vars(values).items()}
        else:
            arrays[name] = values[0] if name == 'stopping' else values
    return arrays


@pytest.mark.parametrize('spread', [20.0, 200.0])
@pytest.mark.parametrize('model', MODELS)
def test_the_whole_is_what_its_parts_say(model: str, spread: float) -> None:
    ego, objects = random_traffic(1, 1, spread=1.0), random_traffic(2, 400, spread=spread)
    found = assessed(ego, objects, model)
    motions = ego.predicted(model, HORIZON), objects.predicted(model, HORIZON)
    arguments = (motions[0], ego.footprint, motions[1], objects.footprint)
    contact, zone = first_contact(*arguments), zone_times(*arguments)
    separation = closest_approach(*arguments, within=5.0)
    np.testing.assert_allclose(found.contact.begin, contact.begin, atol=1e-9)
    np.testing.assert_allclose(found.zone.ego_entry, zone.ego_entry, atol=1e-9)
    np.testing.assert_allclose(
        found.zone.post_encroachment_time, zone.post_encroachment_time, atol=1e-9
    )
    np.testing.assert_allclose(
        found.separation.distance, separation.distance, atol=5e-3
    )
    assert np.all(found.probability[contact.overlaps] > 0.0)
    assert np.all(found.required_deceleration[~contact.overlaps] == 0.0)


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds(), angle=angles(), within=st.floats(0.0, 10.0))
def test_the_broad_phase_loses_no_zone_and_no_approach(
    model: str, seed: int, angle: float, within: float
) -> None:
    ego = random_traffic(seed, 1, spread=1.0).moved(angle=angle)
    objects = random_traffic(seed + 1, 60, spread=80.0).moved(angle=angle)
    motions = ego.predicted(model, HORIZON), objects.predicted(model, HORIZON)
    turning = {'yaw_rate': objects.yaw_rate} if model == 'constant_turn_rate' else {}
    changing = {} if model == 'constant_velocity' else {'acceleration': objects.acceleration}
    circles = way_circles(
        objects.x, objects.y, objects.heading, objects.speed, HORIZON, **changing, **turning
    )
    near = near_the_way(motions[0], ego.footprint, circles, objects.footprint, within)
    arguments = (motions[0], ego.footprint, motions[1], objects.footprint)
    assert not np.any(zone_times(*arguments).exists & ~near)
    approach = closest_approach(*arguments, within=within)
    assert not np.any((approach.distance < within - 5e-3) & ~near)


def test_the_broad_phase_leaves_most_of_a_wide_scene_out() -> None:
    objects = random_traffic(1, 2000, spread=300.0)
    ego = random_traffic(2, 1, spread=1.0)
    circles = way_circles(objects.x, objects.y, objects.heading, objects.speed, HORIZON)
    near = near_the_way(
        ego.predicted('constant_velocity', HORIZON), ego.footprint, circles, objects.footprint
    )
    assert near.mean() < 0.4


def test_decelerations_are_those_of_the_kind_of_encounter() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    others = constant_velocity(
        [50.0, 50.0, 60.0, 90.0, -30.0],
        [0.0, -30.0, 0.5, 0.0, 0.0],
        [0.0, np.pi / 2, 1.2, np.pi, 0.0],
        [10.0, 12.0, 0.0, 10.0, 30.0],
        6.0,
    )
    found = assess_conflicts(ego, CAR, ERRORS, others, CAR, ERRORS)
    assert found.contact.overlaps.all()
    assert found.encounter.tolist() == [
        Encounter.SAME_DIRECTION,
        Encounter.CROSSING,
        Encounter.SAME_DIRECTION,
        Encounter.ONCOMING,
        Encounter.SAME_DIRECTION,
    ]
    leader, crossing, standing, oncoming, follower = found.required_deceleration
    assert leader == pytest.approx(10.0**2 / (2 * 45.5))
    assert crossing == pytest.approx(20.0**2 / (2 * 46.85))
    entry = found.zone.ego_entry_distance[2]
    assert standing == pytest.approx(20.0**2 / (2 * entry))
    assert oncoming == np.inf
    # Nobody brakes out of the way of one who comes from behind; that one has to.
    assert follower == np.inf
    assert found.object_required_deceleration[4] == pytest.approx(10.0**2 / (2 * 25.5))
    assert found.object_required_deceleration[1] == pytest.approx(12.0**2 / (2 * 26.85))


def test_a_delay_makes_it_harder() -> None:
    ego = constant_velocity(0.0, 0.0, 0.0, 20.0, 6.0)
    leader = constant_velocity(50.0, 0.0, 0.0, 10.0, 6.0)
    later = assess_conflicts(ego, CAR, ERRORS, leader, CAR, ERRORS, delays=(1.7,))
    assert later.required_deceleration[0] == pytest.approx(100.0 / (2 * (45.5 - 17.0)))


@pytest.mark.parametrize('model', MODELS)
@given(seed=seeds(), angle=angles(), cut=st.integers(0, 25))
def test_rotation_order_and_batches_change_nothing(
    model: str, seed: int, angle: float, cut: int
) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 25)
    whole = assessed(ego, objects, model, within=50.0)
    # Grazes aside, on which rounding decides: contacts and clearances of a millimetre.
    margin = [
        assessed(
            ego,
            dataclasses.replace(objects, length=objects.length + d, width=objects.width + d),
            model,
            within=50.0,
        )
        for d in (-1e-3, 1e-3)
    ]
    clear = np.ones(25, dtype=bool)
    for low, high in zip(*(figures(m).values() for m in margin), strict=True):
        clear &= np.isclose(low.astype(float), high.astype(float), atol=0.1, equal_nan=True)
    order = np.random.default_rng(seed).permutation(25)
    for one, many in (
        (ego.moved(angle=angle), objects.moved(angle=angle).take(order)),
        (ego.mirrored(), objects.mirrored().take(order)),
    ):
        rows = np.arange(cut), np.arange(cut, 25)
        parts = [assessed(one, many.take(part), model, within=50.0) for part in rows]
        for (name, expected), left, right in zip(
            figures(whole).items(), *(figures(part).values() for part in parts), strict=True
        ):
            if name in ('contact.x', 'contact.y', 'contact.piece', 'separation.time'):
                continue
            found = np.empty(25)
            found[order] = np.concatenate([left, right])
            np.testing.assert_allclose(
                found[clear], expected.astype(float)[clear], atol=1e-2, rtol=1e-3, err_msg=name
            )


@given(seed=seeds(), model=st.sampled_from(MODELS))
def test_an_object_without_values_costs_only_itself(seed: int, model: str) -> None:
    ego, objects = random_traffic(seed, 1, spread=1.0), random_traffic(seed + 1, 24)
    whole = figures(assessed(ego, objects, model))
    for name in ('x', 'heading', 'speed'):
        values = getattr(objects, name).copy()
        values[::6] = np.nan
        broken = dataclasses.replace(objects, **{name: values})
        found = figures(assessed(ego, broken, model))
        kept = np.arange(24) % 6 != 0
        assert not found['contact.overlaps'][::6].any()
        assert not found['probability'][::6].any()
        for figure, expected in whole.items():
            np.testing.assert_allclose(
                found[figure][kept].astype(float),
                expected[kept].astype(float),
                atol=2e-3 if figure.startswith('separation') else 1e-7,
                rtol=1e-2 if figure in ('probability', 'separation.time') else 1e-7,
                err_msg=figure,
            )
