# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SUMO step by step: where every vehicle is, in the axes of this package, and who collided."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.tools.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STEP = 0.1
"""Duration of a step [s]."""

# Vehicle classes of SUMO that are no car here.
_CLASSES = {
    'truck': ObjectClass.TRUCK, 'trailer': ObjectClass.TRUCK, 'bus': ObjectClass.BUS,
    'coach': ObjectClass.BUS, 'motorcycle': ObjectClass.MOTORCYCLE,
    'moped': ObjectClass.MOTORCYCLE, 'bicycle': ObjectClass.CYCLIST,
    'emergency': ObjectClass.EMERGENCY, 'delivery': ObjectClass.VAN,
}
_MISSING = (
    'SUMO is not installed; it comes with the extra sumo, as in: pip install "icv_v2x[sumo]"')


@dataclass(frozen=True)
class Build:
    """What of a vehicle stays the same.

    Attributes:
        object_class: What it is.
        length: [m].
        width: [m].
    """

    object_class: ObjectClass
    length: float
    width: float


@dataclass(frozen=True)
class Snapshot:
    """All n vehicles at one instant.

    Attributes:
        time: [s] of the simulation.
        names: Ids in SUMO.
        x: (n,) [m] centre of the footprint, east.
        y: (n,) [m] north.
        z: (n,) [m] up.
        heading: (n,) [rad] counter-clockwise from east.
        speed: (n,) [m/s].
        acceleration: (n,) [m/s2].
        signals: (n,) bit set of SUMO's vehicle signals.
    """

    time: float
    names: tuple[str, ...]
    x: Array
    y: Array
    z: Array
    heading: Array
    speed: Array
    acceleration: Array
    signals: NDArray[np.int64]


@dataclass(frozen=True)
class Collision:
    """One pair in SUMO's collision output.

    Attributes:
        time: [s] of the simulation.
        collider: Id.
        victim: Id.
        kind: SUMO's word for it, such as `collision` or `junction`.
        lane: Where.
    """

    time: float
    collider: str
    victim: str
    kind: str
    lane: str


class Sumo:
    """A running simulation; there is one at a time in a process.

    Attributes:
        library: The module libsumo, for whoever steers vehicles.
        builds: Id to what of a vehicle stays the same, of all that ever departed.
    """

    def __init__(self, library: Any) -> None:
        """Take over a simulation that was just started."""
        self.library = library
        self.builds: dict[str, Build] = {}
        constants = library.constants
        self._place = constants.VAR_POSITION3D
        self._angle = constants.VAR_ANGLE
        self._speed = constants.VAR_SPEED
        self._acceleration = constants.VAR_ACCELERATION
        self._signals = constants.VAR_SIGNALS

    @property
    def time(self) -> float:
        """Time of the simulation [s]."""
        return float(self.library.simulation.getTime())

    @property
    def finished(self) -> bool:
        """Whether nobody is to come any more or the configured end is reached."""
        end = self.library.simulation.getEndTime()
        if end >= 0.0 and self.time >= end:
            return True
        return bool(self.library.simulation.getMinExpectedNumber() <= 0)

    def step(self) -> Snapshot:
        """Go on by one step and return where everybody is then."""
        library = self.library
        library.simulationStep()
        for name in library.simulation.getDepartedIDList():
            self._welcome(name)
        return self._snapshot(library.vehicle.getAllSubscriptionResults())

    def step_around(self, name: str, reach: float) -> Snapshot:
        """Go on by one step and return one vehicle and who is near it, which is cheaper.

        Of a simulation that is stepped so from its begin on; `builds` holds those seen alone.

        Args:
            name: Id of the vehicle; the snapshot is empty while it is not on the road.
            reach: How far around it [m].
        """
        vehicle = self.library.vehicle
        self.library.simulationStep()
        if name in self.library.simulation.getDepartedIDList():
            vehicle.subscribeContext(
                name, self.library.constants.CMD_GET_VEHICLE_VARIABLE, reach, self._variables)
        states = vehicle.getContextSubscriptionResults(name)
        for other in states:
            if other not in self.builds:
                self.builds[other] = self._build(other)
        return self._snapshot(states)

    def _snapshot(self, states: dict[str, dict[int, Any]]) -> Snapshot:
        names = tuple(states)
        places = np.array(
            [states[name][self._place] for name in names], np.float64).reshape(-1, 3)

        def column(variable: int) -> Array:
            return np.array([states[name][variable] for name in names], np.float64)

        heading = np.radians(90.0 - column(self._angle))
        heading = np.arctan2(np.sin(heading), np.cos(heading))
        # SUMO gives the middle of the front bumper.
        back = 0.5 * np.array([self.builds[name].length for name in names], np.float64)
        return Snapshot(
            time=self.time, names=names,
            x=places[:, 0] - back * np.cos(heading), y=places[:, 1] - back * np.sin(heading),
            z=places[:, 2], heading=heading, speed=column(self._speed),
            acceleration=column(self._acceleration),
            signals=column(self._signals).astype(np.int64))

    def skip(self) -> None:
        """Go on by one step without a look."""
        self.library.simulationStep()
        for name in self.library.simulation.getDepartedIDList():
            self._welcome(name)

    def collisions(self) -> list[Collision]:
        """Return the collisions of the last step."""
        return [
            Collision(self.time, found.collider, found.victim, found.type, found.lane)
            for found in self.library.simulation.getCollisions()
        ]

    def _welcome(self, name: str) -> None:
        self.builds[name] = self._build(name)
        self.library.vehicle.subscribe(name, self._variables)

    def _build(self, name: str) -> Build:
        vehicle = self.library.vehicle
        return Build(
            _CLASSES.get(vehicle.getVehicleClass(name), ObjectClass.CAR),
            float(vehicle.getLength(name)), float(vehicle.getWidth(name)))

    @property
    def _variables(self) -> list[int]:
        return [self._place, self._angle, self._speed, self._acceleration, self._signals]


@contextlib.contextmanager
def simulation(config: Path, seed: int, options: Sequence[str] = ()) -> Iterator[Sumo]:
    """Run SUMO inside this process while the block lasts, in steps of `STEP`.

    Args:
        config: SUMO's configuration file.
        seed: Of SUMO's random numbers.
        options: More of SUMO's own options; they go before those of the configuration.

    Yields:
        The simulation before its first step.

    Raises:
        SourceError: SUMO is not installed, or refuses the configuration.
    """
    library = load_library()
    if not config.is_file():
        raise SourceError(f'no SUMO configuration {config}')
    words = [
        'sumo', '-c', str(config), '--seed', str(seed), '--step-length', str(STEP),
        '--no-step-log', '--no-warnings', '--duration-log.disable', *options,
    ]
    try:
        library.start(words)
    # SUMO names the cause on stderr itself.
    except library.TraCIException as error:
        raise SourceError(f'SUMO cannot run {config}: {error}') from error
    except library.FatalTraCIError as error:
        raise SourceError(f'SUMO cannot run {config}: {error}') from error
    try:
        yield Sumo(library)
    except library.FatalTraCIError as error:
        raise SourceError(f'SUMO stopped in {config}: {error}') from error
    finally:
        with contextlib.suppress(library.FatalTraCIError, library.TraCIException):
            library.close()


def load_library() -> Any:
    """Return the module libsumo.

    Raises:
        SourceError: It is not installed.
    """
    try:
        import libsumo  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise SourceError(_MISSING) from error
    return libsumo
