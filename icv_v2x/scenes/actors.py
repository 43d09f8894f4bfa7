# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Road users of a scene, each with a script that reads like driving instructions."""

from __future__ import annotations

import dataclasses
import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from icv_v2x.inputs import Indicator, SignerRole, Verification
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.message_set.vehicle_class import ObjectClass
from icv_v2x.scenes.manoeuvres import Arc, LaneChange, Pose, Script

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.scenes.manoeuvres import Array, States

A = TypeVar('A', bound='Actor')
E = TypeVar('E', bound='Ego')


def kmh(speed: float) -> float:
    """Return a speed in km/h as m/s."""
    return speed / 3.6


@dataclass(frozen=True)
class Size:
    """Footprint and height of a road user [m]."""

    length: float
    width: float
    height: float


SIZES = {
    ObjectClass.CAR: Size(4.6, 1.8, 1.5),
    ObjectClass.VAN: Size(5.4, 2.0, 2.2),
    ObjectClass.TRUCK: Size(10.0, 2.5, 3.6),
    ObjectClass.BUS: Size(12.0, 2.5, 3.2),
    ObjectClass.MOTORCYCLE: Size(2.2, 0.8, 1.5),
    ObjectClass.CYCLIST: Size(1.8, 0.6, 1.7),
    ObjectClass.PEDESTRIAN: Size(0.5, 0.5, 1.7),
    ObjectClass.EMERGENCY: Size(6.0, 2.1, 2.6),
}
"""Size of a road user where a scene does not say otherwise."""


@dataclass(frozen=True)
class Radio:
    """How a road user sends and how its frames arrive.

    Attributes:
        rate: [Hz] frames per second.
        phase: [s] first frame after the start, a whole number of milliseconds; None: spread over
            the period by the order of the actors.
        loss: Share of frames that never arrive, 0 to 1.
        latency: [s] from generation to reception.
        jitter: [s] greatest additional latency, evenly distributed.
        position_noise: [m] 1 sigma per axis, independent from frame to frame.
        speed_noise: [m/s] 1 sigma.
        heading_noise: [rad] 1 sigma.
        verification: What the on-board unit says of the signature.
        role: Kind of certificate.
        signer: Certificate digest, None: one of its own for each actor.
        temporary_id: Temporary id, None: one of its own for each actor.
        personal: It sends personal safety messages instead of basic ones.
        omit: Names of optional fields of `BsmContent` that are left out of the frames.
        seed: Of loss, jitter and noise.
    """

    rate: float = 10.0
    phase: float | None = None
    loss: float = 0.0
    latency: float = 0.02
    jitter: float = 0.0
    position_noise: float = 0.0
    speed_noise: float = 0.0
    heading_noise: float = 0.0
    verification: Verification = Verification.VERIFIED
    role: SignerRole = SignerRole.VEHICLE
    signer: int | None = None
    temporary_id: int | None = None
    personal: bool = False
    omit: frozenset[str] = frozenset()
    seed: int = 0


class Actor:
    """A road user; every manoeuvre begins where the one before ended and returns the actor.

    Attributes:
        name: Unique within its scene.
        object_class: What it is.
        size: Footprint and height.
        elevation: [m] height of the road it drives on.
        radio: How it sends, None: it does not.
        seen_by_ego: The ego's own sensors see it.
        seen_by_roadside: Roadside units in reach see it.
        begin: [s] when it appears.
        until: [s] when it is gone.
        on_duty: It drives with siren and light bar.
        shown: (from [s], until [s], event bits) that it sends besides that for hard braking.
        indications: (from [s], until [s], indicator) of the direction indicator.
    """

    def __init__(
        self,
        name: str,
        start: Pose,
        *,
        object_class: ObjectClass = ObjectClass.CAR,
        size: Size | None = None,
        elevation: float = 0.0,
        radio: Radio | None = None,
        seen_by_ego: bool = False,
        seen_by_roadside: bool = False,
        begin: float = 0.0,
        until: float = math.inf,
    ) -> None:
        """Place the actor; see the class for the arguments."""
        self.name = name
        self.object_class = object_class
        self.size = size or SIZES[object_class]
        self.elevation = elevation
        self.radio = radio
        self.seen_by_ego = seen_by_ego
        self.seen_by_roadside = seen_by_roadside
        self.begin = begin
        self.until = until
        self.on_duty = False
        self.shown: list[tuple[float, float, VehicleEvent]] = []
        self.indications: list[tuple[float, float, Indicator]] = []
        self._script = Script(start)

    def indicate(self: A, indicator: Indicator, begin: float, until: float) -> A:
        """Set the direction indicator from one time of the scene to another [s]."""
        self.indications.append((begin, until, indicator))
        return self

    def indicator_at(self, time: float) -> Indicator:
        """Return what the direction indicator shows at a time of the scene [s]."""
        for begin, until, indicator in self.indications:
            if begin <= time < until:
                return indicator
        return Indicator.NONE

    def states(self, time: Array) -> States:
        """Return its exact states in the axes of the scene at the given times [s]."""
        return self._script.at(time, self.elevation)

    def shows(self: A, events: VehicleEvent, begin: float = 0.0, until: float = math.inf) -> A:
        """Send event bits from one time of the scene to another [s], whatever it does."""
        self.shown.append((begin, until, events))
        return self

    def hurries(self: A) -> A:
        """Drive with siren and light bar."""
        self.on_duty = True
        return self

    def events_at(self, time: float) -> VehicleEvent:
        """Return the event bits that it sends at a time of the scene [s], hard braking apart."""
        bits = VehicleEvent(0)
        for begin, until, events in self.shown:
            if begin <= time < until:
                bits |= events
        return bits

    def keep(self: A, seconds: float | None = None, *, until: float | None = None) -> A:
        """Hold speed and heading for some seconds or until a time of the scene [s]."""
        if (seconds is None) == (until is None):
            raise ValueError('keep takes either seconds or until')
        duration = seconds if until is None else until - self._script.end_time
        assert duration is not None
        if duration < 0.0:
            raise ValueError(
                f'{self.name} cannot keep until {until} s, its script is at '
                f'{self._script.end_time:.3f} s already')
        self._script.append(Arc(self._script.end, duration))
        return self

    wait = keep

    def accelerate(
        self: A, rate: float, *, to: float | None = None, seconds: float | None = None,
    ) -> A:
        """Change speed at `rate` [m/s2] up (or down) to a speed [m/s] or for some seconds."""
        if (to is None) == (seconds is None):
            raise ValueError('accelerate takes either to or seconds')
        if to is not None:
            seconds = (to - self._script.end.speed) / rate if rate else -1.0
            if seconds < 0.0:
                raise ValueError(
                    f'{self.name} never gets from {self._script.end.speed:g} to {to:g} m/s at '
                    f'{rate:g} m/s2')
        assert seconds is not None
        self._script.append(Arc(self._script.end, seconds, rate))
        return self

    def brake(self: A, rate: float, *, to: float = 0.0) -> A:
        """Brake at `rate` [m/s2, positive] down to a speed [m/s], to standstill by default."""
        return self.accelerate(-rate, to=to)

    def turn(self: A, angle: float, radius: float) -> A:
        """Turn by an angle [rad, left positive] on an arc of a radius [m] at constant speed."""
        speed = self._script.end.speed
        if speed == 0.0 or radius <= 0.0:
            raise ValueError(f'{self.name} cannot turn at {speed:g} m/s on radius {radius:g} m')
        curvature = math.copysign(1.0 / radius, angle * speed)
        self._script.append(Arc(
            self._script.end, abs(angle) * radius / abs(speed), 0.0, curvature))
        return self

    def change_lane(self: A, offset: float, seconds: float) -> A:
        """Shift sideways by an offset [m, left positive] within some seconds."""
        if self._script.end.speed <= 0.0:
            raise ValueError(f'{self.name} stands and cannot change lane')
        self._script.append(LaneChange(self._script.end, seconds, offset))
        return self

    def follow(self: A, points: Sequence[tuple[float, float]], radius: float) -> A:
        """Drive along a polyline at constant speed, its corners rounded by arcs.

        Args:
            points: [m] in the axes of the scene; the way begins where the actor is.
            radius: [m] of the corners.

        Returns:
            The actor.

        Raises:
            ValueError: A corner needs more room than its legs have, or the first leg does not
                lie ahead.
        """
        end = self._script.end
        corners = [(end.x, end.y), *points]
        headings = [
            math.atan2(b[1] - a[1], b[0] - a[0]) for a, b in itertools.pairwise(corners)
        ]
        if abs(_wrapped(headings[0] - end.heading)) > 1e-6:
            raise ValueError(f'{self.name}: the way does not begin straight ahead')
        turns = [_wrapped(b - a) for a, b in itertools.pairwise(headings)]
        used = 0.0
        for (start, stop), angle in zip(
            itertools.pairwise(corners), [*turns, 0.0], strict=True,
        ):
            tangent = radius * math.tan(0.5 * abs(angle))
            straight = math.dist(start, stop) - used - tangent
            if straight < 0.0:
                raise ValueError(
                    f'{self.name}: no room for a corner of radius {radius:g} m at {stop}')
            self.keep(straight / end.speed)
            if angle:
                self.turn(angle, radius)
            used = tangent
        return self


@dataclass(frozen=True)
class EgoOutput:
    """What the ego's own systems publish.

    Attributes:
        odometry_rate: [Hz].
        status_rate: [Hz], 0: no /vehicle/status.
        path_rate: [Hz], 0: no /planning/path.
        path_horizon: [s] that the path reaches ahead.
        detection_rate: [Hz] of the own detections of actors that the ego sees.
        detection_latency: [s] from measurement to publication.
        odometry_lost: [s] intervals in which odometry fails.
    """

    odometry_rate: float = 50.0
    status_rate: float = 0.0
    path_rate: float = 0.0
    path_horizon: float = 8.0
    detection_rate: float = 10.0
    detection_latency: float = 0.05
    odometry_lost: tuple[tuple[float, float], ...] = ()


class Ego(Actor):
    """The vehicle that carries the package.

    Attributes:
        base_link_to_center: [m] from base_link forward to the centre of the footprint.
        output: What it publishes.
    """

    def __init__(
        self,
        start: Pose,
        *,
        object_class: ObjectClass = ObjectClass.CAR,
        size: Size | None = None,
        elevation: float = 0.0,
        radio: Radio | None = None,
        base_link_to_center: float = 1.4,
        output: EgoOutput | None = None,
        seen_by_roadside: bool = False,
    ) -> None:
        """Place the ego; see the class for the arguments. With a radio, its echo comes back."""
        super().__init__(
            'ego', start, object_class=object_class, size=size, elevation=elevation, radio=radio,
            seen_by_roadside=seen_by_roadside)
        self.base_link_to_center = base_link_to_center
        self.output = output or EgoOutput()

    def indicate(self: E, indicator: Indicator, begin: float, until: float) -> E:
        """Set the direction indicator from one time of the scene to another [s]."""
        if self.output.status_rate == 0.0:
            self.output = dataclasses.replace(self.output, status_rate=10.0)
        return super().indicate(indicator, begin, until)


def _wrapped(angle: float) -> float:
    return math.remainder(angle, 2.0 * math.pi)
