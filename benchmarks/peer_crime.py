# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Times to collision by commonroad-crime, for the benchmark of the conflict core beside it.

It needs `pip install commonroad-crime pytest-benchmark scipy shapely` in an environment of its
own, as it asks for many packages that nothing else here needs:
`PYTHONPATH=. python -m pytest benchmarks/bench_conflict.py` there measures both in one run.
"""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
from commonroad.geometry.shape import Rectangle
from commonroad.prediction.prediction import TrajectoryPrediction
from commonroad.scenario.lanelet import Lanelet, LaneletNetwork
from commonroad.scenario.obstacle import DynamicObstacle, ObstacleType
from commonroad.scenario.scenario import Scenario
from commonroad.scenario.state import CustomState, InitialState
from commonroad.scenario.trajectory import Trajectory
from commonroad_clcs.pycrccosy import CurvilinearCoordinateSystem
from commonroad_crime.data_structure.configuration import CriMeConfiguration
from commonroad_crime.measure import TTC

Array = npt.NDArray[np.float64]

_STEP = 0.1
_HALF_WIDTH, _REACH = 16.0, 650.0
_EGO, _FIRST = 10, 100


def measure(
    x: Array, y: Array, heading: Array, speed: Array, length: Array, width: Array,
    ego: tuple[float, float, float],
) -> TTC:
    """Return its measure for an ego at the origin of one straight lane, objects numbered by row.

    Args:
        x: (n,) [m] along the lane, within 300 m.
        y: (n,) [m]; its coordinates along a lane end 16 m beside it.
        heading: (n,) [rad].
        speed: (n,) [m/s].
        length: (n,) [m].
        width: (n,) [m].
        ego: Speed [m/s], length and width [m] of the ego.
    """
    logging.disable(logging.CRITICAL)
    scenario = Scenario(_STEP)
    along = np.linspace(-_REACH, _REACH, 66)
    lane = Lanelet(*(
        np.column_stack([along, np.full(len(along), aside)])
        for aside in (_HALF_WIDTH, 0.0, -_HALF_WIDTH)), 1)
    scenario.add_objects(LaneletNetwork.create_from_lanelet_list([lane]))
    scenario.add_objects(_vehicle(_EGO, 0.0, 0.0, 0.0, *ego))
    for row in range(len(x)):
        values = (x, y, heading, speed, length, width)
        scenario.add_objects(_vehicle(_FIRST + row, *(float(v[row]) for v in values)))
    configuration = CriMeConfiguration()
    configuration.update(ego_id=_EGO, sce=scenario)
    made = TTC(configuration)
    line = np.column_stack([along, np.zeros(len(along))])
    configuration.update(CLCS=CurvilinearCoordinateSystem(line, 4.0 * _HALF_WIDTH, 0.1))
    return made


def times_to_collision(of: TTC, count: int) -> Array:
    """Return the times of all objects, one after the other as it takes them, (n,) [s]."""
    return np.array([of.compute(_FIRST + row, 0, verbose=False) for row in range(count)])


def _vehicle(
    number: int, x: float, y: float, heading: float, speed: float, length: float, width: float,
) -> DynamicObstacle:
    place = np.array([x, y])
    way = speed * _STEP * np.array([np.cos(heading), np.sin(heading)])
    shape = Rectangle(length, width)
    first = InitialState(
        time_step=0, position=place, orientation=heading, velocity=speed, acceleration=0.0,
        yaw_rate=0.0, slip_angle=0.0)
    first.velocity_y = first.acceleration_y = 0.0
    later = CustomState(
        time_step=1, position=place + way, orientation=heading, velocity=speed,
        acceleration=0.0, velocity_y=0.0, acceleration_y=0.0)
    lanes = {0: {1}, 1: {1}}
    return DynamicObstacle(
        number, ObstacleType.CAR, shape, first,
        TrajectoryPrediction(Trajectory(1, [later]), shape, lanes, lanes))
