# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A scene: a sketch of road users in motion, placed anywhere on earth at any time."""

from __future__ import annotations

import copy
import dataclasses
import math
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import MapFrame, wrap_angle
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.enumerations import DetectionSource
from icv_v2x.message_set.vehicle_class import ClassNumbering, ObjectClass, wire_class
from icv_v2x.parameters import Parameters, build
from icv_v2x.scenes.actors import SIZES, Actor, Ego, EgoOutput, Radio, Size
from icv_v2x.scenes.manoeuvres import Pose, States
from icv_v2x.scenes.observers import ROADSIDE_RADIO, Observer
from icv_v2x.scenes.road_side import RoadSide

if TYPE_CHECKING:
    from icv_v2x.scenes.manoeuvres import Array

SECOND = 1_000_000_000
DEFAULT_ORIGIN = (39.7950, 116.5060, 0.0)
"""Latitude [deg], longitude [deg] and altitude [m] of the map origin where a scene names none."""
DEFAULT_START = '2025-06-01T08:00:00Z'
_SENDER_PREFIX = 0x5343_454E_0000_0000
_SIGNER_PREFIX = 0x5349_474E_0000_0000
_OBSERVER_PREFIX = 0x5253_5500_0000_0000
_OBSERVER_SIGNER_PREFIX = 0x5253_5349_0000_0000


def nanoseconds_of(start: str | int) -> int:
    """Return an instant given as ISO 8601 text or ns since the Unix epoch as the latter."""
    if isinstance(start, int):
        return start
    moment = datetime.fromisoformat(start.replace('Z', '+00:00'))
    since = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1000


class Scene:
    """Road users in motion around one ego.

    The axes of the scene are metres, x along the ego's first heading unless it is given another.
    `placed` returns the same scene turned, shifted or mirrored in the map.

    Attributes:
        duration: [s].
        origin: Latitude [deg], longitude [deg], altitude [m] of the map origin.
        start: [ns since the Unix epoch].
        actors: The road users but the ego, by name, in the order of their making.
        observers: Units that tell by radio what they see, likewise.
        road_side: What those units tell of the road.
    """

    def __init__(
        self,
        duration: float,
        *,
        origin: tuple[float, float, float] = DEFAULT_ORIGIN,
        start: str | int = DEFAULT_START,
        radio: Radio | None = None,
    ) -> None:
        """Begin an empty scene.

        Args:
            duration: [s].
            origin: Latitude [deg], longitude [deg], altitude [m] of the map origin.
            start: ISO 8601 text or ns since the Unix epoch.
            radio: How road users send where their own call does not say otherwise.
        """
        self.duration = duration
        self.origin = origin
        self.start = nanoseconds_of(start)
        self.radio = radio or Radio()
        self.actors: dict[str, Actor] = {}
        self.observers: dict[str, Observer] = {}
        self.road_side = RoadSide()
        self._ego: Ego | None = None
        self._rotation = 0.0
        self._shift = (0.0, 0.0)
        self._mirrored = False

    def ego(
        self,
        speed: float,
        *,
        x: float = 0.0,
        y: float = 0.0,
        heading: float = 0.0,
        object_class: ObjectClass = ObjectClass.CAR,
        size: Size | None = None,
        base_link_to_center: float = 1.4,
        output: EgoOutput | None = None,
        echo: bool = False,
        seen_by_roadside: bool = False,
    ) -> Ego:
        """Place the ego.

        Args:
            speed: [m/s].
            x: [m] centre of the footprint.
            y: [m].
            heading: [rad].
            object_class: What it is.
            size: Footprint and height, None: those usual for its class.
            base_link_to_center: [m] from base_link forward to the centre of the footprint.
            output: What its own systems publish.
            echo: Its own radio frames come back to it.
            seen_by_roadside: Roadside units in reach see it.

        Returns:
            The ego, to be given manoeuvres.
        """
        self._ego = Ego(
            Pose(x, y, heading, speed), object_class=object_class, size=size,
            base_link_to_center=base_link_to_center, output=output,
            radio=self.radio if echo else None, seen_by_roadside=seen_by_roadside)
        return self._ego

    def actor(
        self,
        name: str,
        *,
        speed: float,
        x: float | None = None,
        y: float | None = None,
        ahead: float | None = None,
        left: float = 0.0,
        heading: float = 0.0,
        object_class: ObjectClass = ObjectClass.CAR,
        size: Size | None = None,
        elevation: float = 0.0,
        radio: Radio | None = None,
        silent: bool = False,
        seen_by_ego: bool = False,
        seen_by_roadside: bool = False,
        begin: float = 0.0,
        until: float = math.inf,
    ) -> Actor:
        """Place a road user, either at x and y or relative to where the ego starts.

        Args:
            name: Unique within the scene.
            speed: [m/s].
            x: [m] centre of the footprint, in the axes of the scene.
            y: [m].
            ahead: [m] from the ego's front to the actor's near end along the ego's heading;
                negative: from the ego's rear backwards.
            left: [m] from the ego's centre line to the actor's centre, left positive.
            heading: [rad] in the axes of the scene; with `ahead` relative to the ego's.
            object_class: What it is.
            size: Footprint and height, None: those usual for its class.
            elevation: [m] height of its road above that of the ego.
            radio: How it sends, None: as the scene says.
            silent: It does not send at all.
            seen_by_ego: The ego's own sensors see it.
            seen_by_roadside: Roadside units in reach see it.
            begin: [s] when it appears.
            until: [s] when it is gone.

        Returns:
            The actor, to be given manoeuvres.

        Raises:
            ValueError: The name is taken, or the place is given twice or not at all.
        """
        if name in self.actors or name == 'ego':
            raise ValueError(f'there is an actor {name} already')
        extent = size or SIZES[object_class]
        if ahead is not None and x is None and y is None:
            pose = self._relative(ahead, left, heading, speed, extent)
        elif ahead is None and x is not None and y is not None:
            pose = Pose(x, y, heading, speed)
        else:
            raise ValueError(f'{name} needs either x and y or ahead')
        made = Actor(
            name, pose, object_class=object_class, size=extent, elevation=elevation,
            radio=None if silent else radio or self.radio, seen_by_ego=seen_by_ego,
            seen_by_roadside=seen_by_roadside, begin=begin, until=until)
        self.actors[name] = made
        return made

    def car(self, name: str, *, speed: float, **place: Any) -> Actor:
        """Place a car; see `actor`."""
        return self.actor(name, speed=speed, object_class=ObjectClass.CAR, **place)

    def truck(self, name: str, *, speed: float, **place: Any) -> Actor:
        """Place a truck; see `actor`."""
        return self.actor(name, speed=speed, object_class=ObjectClass.TRUCK, **place)

    def pedestrian(self, name: str, *, speed: float, **place: Any) -> Actor:
        """Place a pedestrian; see `actor`."""
        return self.actor(name, speed=speed, object_class=ObjectClass.PEDESTRIAN, **place)

    def cyclist(self, name: str, *, speed: float, **place: Any) -> Actor:
        """Place a cyclist; see `actor`."""
        return self.actor(name, speed=speed, object_class=ObjectClass.CYCLIST, **place)

    def crossing(
        self,
        name: str,
        *,
        speed: float,
        at: float,
        angle: float = math.pi / 2,
        late: float = 0.0,
        gap: float | None = None,
        object_class: ObjectClass = ObjectClass.CAR,
        size: Size | None = None,
        **place: Any,
    ) -> Actor:
        """Place a road user that crosses the ego's way, both at constant speed on straight lines.

        Args:
            name: Unique within the scene.
            speed: [m/s].
            at: [m] from the ego's first centre to where the centre lines cross.
            angle: [rad] of its heading relative to the ego's; positive: it comes from the right.
            late: [s] its centre passes the crossing after the ego's centre; negative: before.
            gap: [s] instead of `late`, post-encroachment time: it enters the common zone so long
                after the ego left it; negative: it leaves the zone so long before the ego enters.
            object_class: What it is.
            size: Footprint and height, None: those usual for its class.
            **place: As `actor` takes them.

        Returns:
            The actor.
        """
        ego = self.the_ego
        start = ego.states(np.zeros(1))
        ego_speed, ego_heading = float(start.speed[0]), float(start.heading[0])
        extent = size or SIZES[object_class]
        if gap is not None:
            half_ego, half_other = _zone(ego.size.width, extent.width, angle)
            ego_time = (half_ego + 0.5 * ego.size.length) / ego_speed
            other_time = (half_other + 0.5 * extent.length) / speed
            late = gap + math.copysign(ego_time + other_time, gap)
        travelled = speed * (at / ego_speed + late)
        heading = ego_heading + angle
        return self.actor(
            name, speed=speed, object_class=object_class, size=extent, heading=heading,
            x=float(start.x[0]) + at * math.cos(ego_heading) - travelled * math.cos(heading),
            y=float(start.y[0]) + at * math.sin(ego_heading) - travelled * math.sin(heading),
            **place)

    def roadside_unit(
        self,
        name: str,
        *,
        x: float,
        y: float,
        reach: float = 300.0,
        source: DetectionSource = DetectionSource.VIDEO,
        sharing: bool = False,
        names_objects: bool = False,
        radio: Radio | None = None,
    ) -> Observer:
        """Place a unit that sees those actors that are `seen_by_roadside`, and tells of them.

        Args:
            name: Unique within the scene.
            x: [m] in the axes of the scene.
            y: [m].
            reach: [m] how far it sees.
            source: What it says that it sees with.
            sharing: It sends sensor sharing messages (SSM) instead of RSM.
            names_objects: It gives the temporary ids of the objects that send themselves.
            radio: How it sends, its `role` included; None: a road-side unit, ten times a second.

        Returns:
            The unit.

        Raises:
            ValueError: The name is taken.
        """
        if name in self.observers or name in self.actors or name == 'ego':
            raise ValueError(f'there is an actor {name} already')
        made = Observer(
            name, x, y, reach=reach, source=source, sharing=sharing,
            names_objects=names_objects, radio=radio or ROADSIDE_RADIO)
        self.observers[name] = made
        return made

    @property
    def the_ego(self) -> Ego:
        """The ego.

        Raises:
            ValueError: The scene has none yet.
        """
        if self._ego is None:
            raise ValueError('the scene has no ego yet; begin with scene.ego(speed)')
        return self._ego

    def placed(
        self,
        *,
        rotation: float = 0.0,
        shift: tuple[float, float] = (0.0, 0.0),
        mirrored: bool = False,
        origin: tuple[float, float, float] | None = None,
        start: str | int | None = None,
        radio: Radio | None = None,
    ) -> Scene:
        """Return the same scene elsewhere: mirrored first, then turned, then shifted.

        Args:
            rotation: [rad] counter-clockwise.
            shift: [m] east and north.
            mirrored: Left and right exchanged.
            origin: Another map origin.
            start: Another time of start.
            radio: Another radio for every actor that sends.

        Returns:
            A scene that shares no state with this one.
        """
        scene = copy.deepcopy(self)
        scene._rotation, scene._shift, scene._mirrored = rotation, shift, mirrored
        if origin is not None:
            scene.origin = origin
        if start is not None:
            scene.start = nanoseconds_of(start)
        if radio is not None:
            for actor in (*scene.actors.values(), scene.the_ego):
                actor.radio = radio if actor.radio is not None else None
            for observer in scene.observers.values():
                observer.radio = dataclasses.replace(radio, role=observer.radio.role)
        return scene

    def states(self, name: str, time: Array | float) -> States:
        """Return the exact states of an actor or of `ego` in the map.

        Args:
            name: Its name.
            time: (n,) [s] since the start.

        Returns:
            The states.
        """
        actor = self.the_ego if name == 'ego' else self.actors[name]
        own = actor.states(np.atleast_1d(np.asarray(time, np.float64)))
        side = -1.0 if self._mirrored else 1.0
        cosine, sine = math.cos(self._rotation), math.sin(self._rotation)
        return dataclasses.replace(
            own,
            x=own.x * cosine - side * own.y * sine + self._shift[0],
            y=own.x * sine + side * own.y * cosine + self._shift[1],
            heading=wrap_angle(side * own.heading + self._rotation),
            yaw_rate=side * own.yaw_rate,
        )

    def present(self, name: str, time: Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return at which of the times [s] an actor is there, (n,)."""
        actor = self.the_ego if name == 'ego' else self.actors[name]
        return np.asarray((time >= actor.begin) & (time < actor.until))

    def indicator_at(self, time: float, name: str = 'ego') -> Indicator:
        """Return what a direction indicator shows at a time [s], mirrored where the scene is."""
        actor = self.the_ego if name == 'ego' else self.actors[name]
        shown = actor.indicator_at(time)
        if self._mirrored and shown in (Indicator.LEFT, Indicator.RIGHT):
            return Indicator.RIGHT if shown is Indicator.LEFT else Indicator.LEFT
        return shown

    def nanoseconds(self, time: float) -> int:
        """Return a time of the scene [s] as ns since the Unix epoch."""
        return self.start + round(time * SECOND)

    @property
    def class_numbering(self) -> ClassNumbering:
        """The list of class numbers that all senders follow.

        That of GB/T 45315 has none for people on foot and on two wheels.
        """
        unknown = any(
            actor.radio is not None and not actor.radio.personal
            and not wire_class(actor.object_class)
            and actor.object_class is not ObjectClass.UNKNOWN
            for actor in self.actors.values())
        return ClassNumbering.J2735 if unknown else ClassNumbering.GBT45315

    def map_frame(self) -> MapFrame:
        """Return the map frame of the scene."""
        return MapFrame(*self.origin)

    def temporary_id(self, name: str) -> int:
        """Return the temporary id that an actor or `ego` sends."""
        radio = (self.the_ego if name == 'ego' else self.actors[name]).radio
        if radio is not None and radio.temporary_id is not None:
            return radio.temporary_id
        return _SENDER_PREFIX + self._number(name)

    def subject(self, name: str) -> str:
        """Return the id by which advisories name an actor."""
        return f'{self.temporary_id(name):016X}'

    def signer(self, name: str) -> int:
        """Return the certificate digest of an actor or `ego`."""
        radio = (self.the_ego if name == 'ego' else self.actors[name]).radio
        if radio is not None and radio.signer is not None:
            return radio.signer
        return _SIGNER_PREFIX + self._number(name)

    def observer_id(self, name: str) -> int:
        """Return the id under which an observer sends."""
        given = self.observers[name].radio.temporary_id
        return given if given is not None else (
            _OBSERVER_PREFIX + list(self.observers).index(name) + 1)

    def observer_signer(self, name: str) -> int:
        """Return the certificate digest of an observer."""
        given = self.observers[name].radio.signer
        return given if given is not None else (
            _OBSERVER_SIGNER_PREFIX + list(self.observers).index(name) + 1)

    def observer_position(self, name: str) -> tuple[float, float]:
        """Return where an observer stands in the map [m]."""
        return self.in_map(self.observers[name].x, self.observers[name].y)

    def in_map(self, x: float, y: float) -> tuple[float, float]:
        """Return where a place in the axes of the scene lies in the map [m]."""
        side = -1.0 if self._mirrored else 1.0
        cosine, sine = math.cos(self._rotation), math.sin(self._rotation)
        return (
            x * cosine - side * y * sine + self._shift[0],
            x * sine + side * y * cosine + self._shift[1],
        )

    def observed_subject(self, observer: str, name: str) -> str:
        """Return the id by which advisories name what an observer sees, an actor or `ego`."""
        return f'{self.observer_id(observer):016X}:{self.object_number(name)}'

    def object_number(self, name: str) -> int:
        """Return the number that observers give to an actor or `ego`."""
        return self._number(name) + 1

    def parameter_values(self) -> dict[str, Any]:
        """Return the parameters that the scene decides, by dotted name."""
        ego = self.the_ego
        values: dict[str, Any] = {
            'map_origin.latitude': self.origin[0],
            'map_origin.longitude': self.origin[1],
            'map_origin.altitude': self.origin[2],
            'vehicle.length': ego.size.length,
            'vehicle.width': ego.size.width,
            'vehicle.height': ego.size.height,
            'vehicle.base_link_to_center': ego.base_link_to_center,
            'driving_side': 'left' if self._mirrored else 'right',
            'vehicle_class_numbering': self.class_numbering.value,
        }
        if ego.radio is not None:
            values['vehicle.temporary_id'] = self.subject('ego')
        return values

    def parameters(self, **overrides: Any) -> Parameters:
        """Return the parameters of the scene.

        Args:
            **overrides: Further parameters, `__` for the dot.

        Returns:
            The parameters, checked.
        """
        further = {name.replace('__', '.'): value for name, value in overrides.items()}
        return build(Parameters, {**self.parameter_values(), **further})

    def _relative(
        self, ahead: float, left: float, heading: float, speed: float, size: Size,
    ) -> Pose:
        ego = self.the_ego
        start = ego.states(np.zeros(1))
        half = 0.5 * (abs(math.cos(heading)) * size.length + abs(math.sin(heading)) * size.width)
        along = math.copysign(abs(ahead) + half + 0.5 * ego.size.length, ahead)
        course = float(start.heading[0])
        return Pose(
            float(start.x[0]) + along * math.cos(course) - left * math.sin(course),
            float(start.y[0]) + along * math.sin(course) + left * math.cos(course),
            course + heading, speed)

    def _number(self, name: str) -> int:
        return 0 if name == 'ego' else 1 + list(self.actors).index(name)


def _zone(ego_width: float, other_width: float, angle: float) -> tuple[float, float]:
    """Return half the length [m] of the common zone along the ego's and along the other's way."""
    sine, cosine = abs(math.sin(angle)), abs(math.cos(angle))
    return (
        0.5 * (other_width + ego_width * cosine) / sine,
        0.5 * (ego_width + other_width * cosine) / sine,
    )
