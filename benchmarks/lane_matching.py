# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Drives every lane of a road map and counts how often the ego is matched to the lane it is on.

Run by `./dev run python benchmarks/lane_matching.py MAP.json [--seeds 20] [--speed 8.3]`. The map
goes through the codec as a radio frame, the ego through odometry with white noise per axis at
10 Hz, both through the first stage of the pipeline. Prints per noise and lane the share of the way
on which the lane is right, with and without a planned path, and whether each movement finds its
phase.

Maps may draw two lanes of a link on one line until shortly before the stop line. There a position
cannot tell them apart, whatever the noise, so a match counts as right where the true place lies
within half a width of the middle of the lane named; `by number` counts the lane driven alone. With
a planned path that leads over the stop line the lane is known all the way, and counts by number.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from icv_v2x.inputs import Indicator, Odometry, PlannedPath, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.message_set import encode
from icv_v2x.message_set.records.map_common import Maneuver
from icv_v2x.parameters.groups import MapOrigin, Parameters, Vehicle
from icv_v2x.pipeline import Perception
from icv_v2x.roads import EgoRoadTracker, RoadModel, movements
from icv_v2x.tools.road_map_text import read_road_map

START = 1_748_764_800_000_000_000
STEP = 100_000_000
HEADING_SIGMA = 0.01
SIGMAS = (0.5, 1.5)


@dataclass
class Drive:
    """What came of one drive along one lane: samples, and how many of them were right."""

    samples: int
    right: int
    by_number: int


def drive(
    perception: Perception, parameters: Parameters, lane: int, *, speed: float, sigma: float,
    seed: int, planned: bool, begin: int,
) -> tuple[Drive, int]:
    """Drive a lane from its begin to its stop line.

    Args:
        perception: Knows the map; its clock runs on from drive to drive.
        parameters: Its parameters.
        lane: Index of the lane.
        speed: [m/s]
        sigma: Noise of the position per axis [m].
        seed: Of the noise.
        planned: Whether the ego publishes the path that it is going to take.
        begin: Instant of the first sample [ns].

    Returns:
        What came of it, and the instant after it.
    """
    random = np.random.default_rng((seed, lane, round(10 * sigma)))
    model = perception.roads(begin)
    tracker = EgoRoadTracker()
    stations = np.arange(0.0, model.length[lane], speed * STEP / 1e9)
    x, y, heading = model.place(lane, stations)
    drive = Drive(len(stations), 0, 0)
    for sample in range(len(stations)):
        now = begin + sample * STEP
        yaw = heading[sample] + random.normal(0.0, HEADING_SIGMA)
        perception.receive(Odometry(
            now, 'map', x[sample] + random.normal(0.0, sigma),
            y[sample] + random.normal(0.0, sigma), 0.0, yaw, speed, 0.0, 0.0,
            variance_xx=sigma**2, variance_xy=0.0, variance_yy=sigma**2,
            variance_yaw=HEADING_SIGMA**2))
        if planned:
            way = _path(model, lane, stations[sample], speed, now)
            perception.receive(way)
        _, ego = perception.world(now)
        assert ego is not None
        model = perception.roads(now)
        found = tracker.locate(model, ego, parameters.vehicle.base_link_to_center).lane
        drive.by_number += found == lane
        drive.right += found == lane or _drawn_there(model, found, x[sample], y[sample])
    return drive, begin + (len(stations) + 50) * STEP


def _path(model: RoadModel, lane: int, station: float, speed: float, now: int) -> PlannedPath:
    """Return the way along the lane and straight on over the stop line."""
    ahead = np.arange(station, model.length[lane] + 20.0, 2.0)
    x, y, heading = model.place(lane, ahead)
    time = now + ((ahead - station) / speed * 1e9).astype(np.int64)
    return PlannedPath(now, time, x, y, heading)


def _drawn_there(model: RoadModel, lane: int, x: float, y: float) -> bool:
    if lane < 0:
        return False
    near = model.grid.near(np.array([x]), np.array([y]))
    here = near.lane == lane
    return bool(here.any() and abs(near.offset[here][0]) <= 0.5 * model.lanes.width[lane]
                and near.beyond[here][0] == 0.0)


def known_map(source: Path) -> tuple[Perception, Parameters, int]:
    """Return a first stage that has heard a map, its parameters, and the instant after."""
    frames = [encode(frame) for frame in read_road_map(source)]
    place = read_road_map(source)[0]['mapFrame']['nodes'][0]['refPos']
    parameters = Parameters(
        map_origin=MapOrigin(latitude=place['lat'] / 1e7, longitude=place['long'] / 1e7),
        vehicle=Vehicle(length=4.8, width=1.9, base_link_to_center=0.0))
    perception = Perception(parameters)
    repeat(perception, frames, START)
    perception.world(START)
    return perception, parameters, START + STEP


def repeat(perception: Perception, frames: list[bytes], now: int) -> None:
    """Send the map."""
    perception.receive(batch_of([
        Frame(now, now, frame, Verification.VERIFIED, 1, SignerRole.ROADSIDE)
        for frame in frames], now))


def phases_found(model: RoadModel) -> tuple[int, int]:
    """Return how many movements find their phase by path and by indicator, and all of them."""
    found = total = 0
    for way in range(len(model.target)):
        lane = int(model.lanes.connections.lane[way])
        phase = int(model.lanes.connections.phase[way])
        maneuver = int(model.lanes.connections.maneuver[way])
        indicator = {
            Maneuver.MANEUVER_LEFT_TURN: Indicator.LEFT,
            Maneuver.MANEUVER_RIGHT_TURN: Indicator.RIGHT,
        }.get(Maneuver(maneuver), Indicator.NONE)
        x, y = _turning(model, lane, Maneuver(maneuver))
        by_path = movements(model, lane, path_x=x, path_y=y)
        by_indicator = movements(model, lane, indicator=indicator)
        total += 1
        # Without an indicator a lane that also turns leaves the turns open; straight comes first.
        found += bool(
            by_path.phase.tolist() == [phase] and by_indicator.phase[0] == phase and phase > 0)
    return found, total


def _turning(model: RoadModel, lane: int, maneuver: Maneuver) -> tuple[np.ndarray, np.ndarray]:
    """Return a path from 30 m before the stop line over it and around the corner."""
    turn = {Maneuver.MANEUVER_LEFT_TURN: 1, Maneuver.MANEUVER_RIGHT_TURN: -1}.get(maneuver, 0)
    x, y, heading = model.place(lane, model.length[lane] + np.arange(-30.0, 0.5, 2.0))
    angle = turn * np.linspace(0.0, math.pi / 2, 12)[1:]
    step = 1.5
    east = x[-1] + np.cumsum(step * np.cos(heading[-1] + angle))
    north = y[-1] + np.cumsum(step * np.sin(heading[-1] + angle))
    out = np.arange(2.0, 20.0, 2.0)
    end = heading[-1] + angle[-1]
    return (
        np.concatenate([x, east, east[-1] + out * math.cos(end)]),
        np.concatenate([y, north, north[-1] + out * math.sin(end)]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('map', type=Path)
    parser.add_argument('--seeds', type=int, default=20)
    parser.add_argument('--speed', type=float, default=8.33, help='m/s')
    arguments = parser.parse_args()
    perception, parameters, now = known_map(arguments.map)
    frames = [encode(frame) for frame in read_road_map(arguments.map)]
    model = perception.roads(now)
    found, total = phases_found(model)
    print(f'{len(model)} lanes; {found} of {total} movements find their phase')
    for planned in (False, True):
        for sigma in SIGMAS:
            every = []
            for lane in range(len(model)):
                drives = []
                for seed in range(arguments.seeds):
                    repeat(perception, frames, now)
                    one, now = drive(
                        perception, parameters, lane, speed=arguments.speed, sigma=sigma,
                        seed=seed, planned=planned, begin=now)
                    drives.append(one)
                every += drives
                print(
                    f'  sigma {sigma} m, {"path" if planned else "no path"}, '
                    f'{model.lanes.upstream_node[lane]} lane {model.lanes.lane_id[lane]}: '
                    + _figures(drives))
            print(f'sigma {sigma} m, {"planned path" if planned else "no path"}: '
                  + _figures(every))


def _figures(drives: list[Drive]) -> str:
    samples = sum(one.samples for one in drives)
    return (
        f'right {100 * sum(one.right for one in drives) / samples:.3f} % of the way, '
        f'worst drive {100 * min(one.right / one.samples for one in drives):.2f} %; '
        f'by number {100 * sum(one.by_number for one in drives) / samples:.2f} %, '
        f'worst {100 * min(one.by_number / one.samples for one in drives):.2f} %')


if __name__ == '__main__':
    sys.exit(main())
