# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The conflict core beside its peers: shapely, a sampled scan and commonroad-crime, in one run.

Run by `pytest benchmarks/bench_conflict.py`; the last of them where it is installed, as
`peer_crime` says. Objects lie uniformly within 300 m, 5 % of them are
on course for a contact with the ego within the horizon of 5 s. Everything is timed on one core.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from icv_v2x.conflict import (
    Footprint,
    assess_conflicts,
    corners,
    first_contact,
    near_the_way,
    spread,
    way_circles,
)
from icv_v2x.motion import MotionUncertainty, constant_turn_rate, constant_velocity, state_at

sys.path.insert(0, str(Path(__file__).resolve().parent))

HORIZON = 5.0
SAMPLE = 0.1
# Chords of turns as the pipeline has them [s].
PIECE = 0.2
WITHIN = 5.0
EGO_SPEED = 15.0
COUNTS = (10, 100, 1000, 5000)
EGO = Footprint.of(4.8, 1.9)
EGO_ERRORS = MotionUncertainty.of(0.5, 0.3, 0.02)

Array = npt.NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Scene:
    """Present states of n objects about an ego at the origin that drives along +x."""

    x: Array
    y: Array
    heading: Array
    speed: Array
    acceleration: Array
    yaw_rate: Array
    footprint: Footprint
    errors: MotionUncertainty


def scene(count: int) -> Scene:
    """Return objects of which 5 % would touch the ego at constant velocity."""
    random = np.random.default_rng(count)
    angle, radius = random.uniform(-np.pi, np.pi, count), 300.0 * np.sqrt(random.random(count))
    heading, speed = random.uniform(-np.pi, np.pi, count), random.uniform(0.0, 20.0, count)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    footprint = Footprint.of(random.uniform(3.5, 12.0, count), random.uniform(1.6, 2.5, count))
    ego = constant_velocity(0.0, 0.0, 0.0, EGO_SPEED, HORIZON)
    motions = constant_velocity(x, y, heading, speed, HORIZON)
    hits = first_contact(ego, EGO, motions, footprint).overlaps
    wanted = max(1, round(0.05 * count))
    # Whoever hits by chance is sent away, and the first ones are aimed at the ego.
    x, y = np.where(hits, x + np.sign(x) * 320.0, x), np.where(hits, y + np.sign(y) * 320.0, y)
    aimed = np.arange(wanted)
    meeting = random.uniform(1.0, 4.5, wanted)
    x[aimed] = (EGO_SPEED - speed[aimed] * np.cos(heading[aimed])) * meeting
    y[aimed] = -speed[aimed] * np.sin(heading[aimed]) * meeting
    return Scene(
        x,
        y,
        heading,
        speed,
        random.uniform(-4.0, 2.0, count),
        random.uniform(-0.3, 0.3, count),
        footprint,
        MotionUncertainty.of(np.full(count, 0.5), 0.3, 0.02),
    )


def swept(objects: Scene) -> Array:
    """Return the times to contact by the closed form, from present states on."""
    ego = constant_velocity(0.0, 0.0, 0.0, EGO_SPEED, HORIZON)
    motions = constant_velocity(objects.x, objects.y, objects.heading, objects.speed, HORIZON)
    return first_contact(ego, EGO, motions, objects.footprint).begin


def shapely_loop(objects: Scene) -> Array:
    """Return the times to contact of one object after the other by shapely's polygons."""
    times = np.arange(0.0, HORIZON + SAMPLE / 2, SAMPLE)
    outlines = []
    for time in times:
        place = np.array([EGO_SPEED * time])
        x, y = corners(place, np.zeros(1), np.zeros(1), EGO)
        outlines.append(shapely.Polygon(np.column_stack([x[0], y[0]])))
    found = np.full(len(objects.x), np.nan)
    x, y = corners(objects.x, objects.y, objects.heading, objects.footprint)
    way_x = objects.speed * np.cos(objects.heading)
    way_y = objects.speed * np.sin(objects.heading)
    for row in range(len(objects.x)):
        for time, ego in zip(times, outlines, strict=True):
            shape = shapely.Polygon(
                np.column_stack([x[row] + way_x[row] * time, y[row] + way_y[row] * time])
            )
            if shape.intersects(ego):
                found[row] = time
                break
    return found


def sampled_scan(objects: Scene) -> Array:
    """Return the times to contact by separating axes at each sample, all objects at once."""
    times = np.arange(0.0, HORIZON + SAMPLE / 2, SAMPLE)[:, np.newaxis]
    cosine, sine = np.cos(objects.heading), np.sin(objects.heading)
    offset_x = objects.x + (objects.speed * cosine - EGO_SPEED) * times
    offset_y = objects.y + objects.speed * sine * times
    length, width = 0.5 * objects.footprint.length, 0.5 * objects.footprint.width
    ego_length, ego_width = 0.5 * EGO.length, 0.5 * EGO.width
    across, along = np.abs(sine), np.abs(cosine)
    overlap = np.abs(offset_x) < ego_length + length * along + width * across
    overlap &= np.abs(offset_y) < ego_width + width * along + length * across
    overlap &= np.abs(offset_x * cosine + offset_y * sine) < (
        length + ego_length * along + ego_width * across
    )
    overlap &= np.abs(offset_y * cosine - offset_x * sine) < (
        width + ego_width * along + ego_length * across
    )
    return np.where(overlap.any(axis=0), times[overlap.argmax(axis=0), 0], np.nan)


def all_outputs(objects: Scene, model: str) -> Any:
    """Return every figure of the assessment, from present states on."""
    turning = model != 'constant velocity'
    place = (objects.x, objects.y, objects.heading, objects.speed)
    if turning:
        ego = constant_turn_rate(0.0, 0.0, 0.0, EGO_SPEED, 0.05, HORIZON, acceleration=-1.0,
                                 piece_duration=PIECE)
        circles = way_circles(
            *place, HORIZON, acceleration=objects.acceleration, yaw_rate=objects.yaw_rate
        )
    else:
        ego = constant_velocity(0.0, 0.0, 0.0, EGO_SPEED, HORIZON)
        circles = way_circles(*place, HORIZON)
    near = np.flatnonzero(near_the_way(ego, EGO, circles, objects.footprint, WITHIN))
    place = tuple(values[near] for values in place)
    if turning:
        motions = constant_turn_rate(
            *place, objects.yaw_rate[near], HORIZON, acceleration=objects.acceleration[near],
            piece_duration=PIECE
        )
    else:
        motions = constant_velocity(*place, HORIZON)
    found = assess_conflicts(
        ego,
        EGO,
        EGO_ERRORS,
        motions,
        objects.footprint.take(near),
        objects.errors.take(near),
        delays=(1.7,),
        within=WITHIN,
    )
    return spread(found, near, len(objects.x))


@pytest.mark.parametrize('count', COUNTS)
def test_swept_test(benchmark: Any, count: int) -> None:
    benchmark.group = f'first contact, constant velocity, {count} objects'
    objects = scene(count)
    found = benchmark(swept, objects)
    assert np.count_nonzero(~np.isnan(found)) == max(1, round(0.05 * count))


@pytest.mark.parametrize('count', COUNTS)
def test_sampled_scan(benchmark: Any, count: int) -> None:
    benchmark.group = f'first contact, constant velocity, {count} objects'
    objects = scene(count)
    found = benchmark(sampled_scan, objects)
    exact = swept(objects)
    benchmark.extra_info['missed'] = int(np.sum(np.isnan(found) & ~np.isnan(exact)))


@pytest.mark.parametrize('count', COUNTS)
def test_shapely_loop(benchmark: Any, count: int) -> None:
    benchmark.group = f'first contact, constant velocity, {count} objects'
    objects = scene(count)
    found = benchmark.pedantic(shapely_loop, (objects,), rounds=1 if count > 1000 else 2)
    late = found - swept(objects)
    assert np.nanmax(late, initial=0.0) <= SAMPLE + 1e-9


def test_commonroad_crime(benchmark: Any) -> None:
    pytest.importorskip(
        'commonroad_crime', reason='commonroad-crime has to be installed, see peer_crime.py')
    from peer_crime import measure, times_to_collision

    benchmark.group = 'time to collision, constant velocity, 100 objects'
    objects = scene(100)
    # It measures along a lane and knows no times for what is beside it, so all are brought there.
    there = dataclasses.replace(objects, y=0.05 * objects.y)
    made = measure(
        there.x, there.y, there.heading, there.speed, there.footprint.length,
        there.footprint.width, (EGO_SPEED, 4.8, 1.9))
    found = benchmark.pedantic(times_to_collision, (made, 100), rounds=2)
    assert np.isfinite(found).any()


@pytest.mark.parametrize('count', COUNTS)
@pytest.mark.parametrize('model', ['constant velocity', 'turn rate and acceleration'])
def test_all_outputs(benchmark: Any, model: str, count: int) -> None:
    benchmark.group = f'all outputs, {model}'
    result = benchmark(all_outputs, scene(count), model)
    assert len(result.probability) == count


def test_state_at_any_time(benchmark: Any) -> None:
    benchmark.group = 'state of 1000 turning objects at one time'
    objects = scene(1000)
    place = (objects.x, objects.y, objects.heading, objects.speed)
    motions = constant_turn_rate(*place, objects.yaw_rate, HORIZON)
    benchmark(state_at, motions, 2.5)
