# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What the roadside units of a scene tell of the road: events, signs, lanes, any message."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.interchange.broadcast import MINUTE, SECOND, Frame
from icv_v2x.message_set import codec
from icv_v2x.message_set.records.common import Position
from icv_v2x.message_set.records.convert import frame_from_record
from icv_v2x.message_set.records.map_common import NodeReference
from icv_v2x.message_set.records.position_offset import PositionOffset
from icv_v2x.message_set.records.rsc import (
    CoordinationInfo,
    LaneCoordination,
    RoadsideCoordination,
)
from icv_v2x.message_set.records.rsi import (
    AuxiliarySign,
    AuxiliarySignVehicleType,
    EventSource,
    EventTimes,
    ReferenceLane,
    ReferenceLink,
    ReferencePath,
    RoadSideInformation,
    RoadTrafficEvent,
    RoadTrafficSign,
)
from icv_v2x.message_set.records.vir import DriveBehavior
from icv_v2x.scenes.observers import sending_times

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from icv_v2x.frames import MapFrame
    from icv_v2x.scenes.scene import Scene

    Line = Sequence[tuple[float, float]]
    Link = tuple[int, int, int]

RSI_AID = 3620
"""Application id of roadside information."""

_NAN = math.nan
_RATE = 2.0


@dataclass(frozen=True)
class Site:
    """One sending of one unit, for those who make its message.

    Attributes:
        scene: The scene.
        unit: Id of the unit.
        count: Number of the message.
        instant: When it is made [ns since the Unix epoch].
        map_frame: Where the map lies on earth.
        reference: Position of the unit, as it is sent.
    """

    scene: Scene
    unit: int
    count: int
    instant: int
    map_frame: MapFrame
    reference: Position

    def offset(self, x: float, y: float) -> PositionOffset:
        """Return a place in the axes of the scene [m] as an offset from the unit."""
        east, north = self.scene.in_map(x, y)
        latitude, longitude, _ = self.map_frame.to_geodetic(
            np.array([east]), np.array([north]), _NAN)
        return PositionOffset(
            float(latitude[0]) - self.reference.latitude,
            float(longitude[0]) - self.reference.longitude)

    def minute(self, time: float | str | None) -> float:
        """Return the minute of its year in which a time lies [s], NaN for none.

        Args:
            time: [s] of the scene, or ISO 8601 text.
        """
        if time is None:
            return _NAN
        if isinstance(time, str):
            moment = datetime.fromisoformat(time.replace('Z', '+00:00'))
        else:
            moment = datetime.fromtimestamp(
                self.scene.nanoseconds(time) / SECOND, tz=timezone.utc)
        year = datetime(moment.year, 1, 1, tzinfo=timezone.utc)
        return (moment - year).total_seconds() // 60.0 * 60.0


class RoadSide:
    """Everything that the units of a scene send over and over again.

    Attributes:
        dated: Roadside information states its minute of the year, which bags that are played
            again at another time must not.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.dated = True
        self._sendings: list[tuple[str, Callable[[Site], Any], float, float, float, int]] = []

    def repeats(
        self, unit: str, make: Callable[[Site], Any], *, rate: float = _RATE,
        first: float = 0.0, until: float = math.inf, aid: float = 0,
    ) -> None:
        """Let a unit send a message.

        Args:
            unit: Name of an observer of the scene.
            make: Gives the record of the message, or its octets.
            rate: [Hz].
            first: [s] of the scene.
            until: [s] of the scene.
            aid: Application id, 0: not given.
        """
        self._sendings.append((unit, make, rate, first, until, int(aid)))

    def event(
        self, unit: str, number: int, code: int, *, at: tuple[float, float] | None = None,
        radius: float = _NAN, paths: Sequence[Line] = (), half_width: float = 1.75,
        links: Sequence[Link] = (), text: str = '', begin: float | str | None = None,
        end: float | str | None = None, confidence: float = _NAN, **sending: float,
    ) -> None:
        """Let a unit tell of an event.

        Args:
            unit: Name of an observer of the scene.
            number: Of the event.
            code: GB/T 29100-2012.
            at: [m] in the axes of the scene, None: not given.
            radius: [m].
            paths: Lines [m] in travel direction.
            half_width: [m] of the paths.
            links: Upstream node, downstream node, bits of lanes (0: all).
            text: Description.
            begin: [s] of the scene or ISO 8601 text, None: open.
            end: Likewise.
            confidence: [0..1].
            **sending: `rate`, `first`, `until` as for `repeats`.
        """
        def make(site: Site) -> RoadSideInformation:
            return _information(site, events=(RoadTrafficEvent(
                event_id=number, event_type=code, event_source=EventSource.DETECTION,
                event_position=None if at is None else site.offset(*at), event_radius=radius,
                description=text or None, time_details=_times(site, begin, end), priority=4,
                reference_paths=_paths(site, paths, half_width),
                reference_links=_links(links), event_confidence=confidence),))

        self.repeats(unit, make, aid=RSI_AID, **sending)

    def sign(
        self, unit: str, number: int, code: int, *, at: tuple[float, float] | None = None,
        paths: Sequence[Line] = (), half_width: float = 1.75, links: Sequence[Link] = (),
        text: str = '', begin: float | str | None = None, end: float | str | None = None,
        vehicles: AuxiliarySignVehicleType | None = None, **sending: float,
    ) -> None:
        """Let a unit tell of a sign, code of GB 5768.2; further arguments as for `event`."""
        def make(site: Site) -> RoadSideInformation:
            return _information(site, signs=(RoadTrafficSign(
                sign_id=number, sign_type=code,
                sign_position=None if at is None else site.offset(*at),
                description=text or None, time_details=_times(site, begin, end), priority=4,
                reference_paths=_paths(site, paths, half_width),
                reference_links=_links(links),
                auxiliary_sign=None if vehicles is None else AuxiliarySign(vehicles, None)),))

        self.repeats(unit, make, aid=RSI_AID, **sending)

    def lane(
        self, unit: str, link: Link, information: CoordinationInfo, *, paths: Sequence[Line] = (),
        half_width: float = 1.75, speed: float = _NAN, behavior: DriveBehavior | None = None,
        text: str = '', **sending: float,
    ) -> None:
        """Let a unit coordinate a lane; at most one path, else as for `event`."""
        def make(site: Site) -> RoadsideCoordination:
            drawn = _paths(site, paths, half_width)
            return RoadsideCoordination(
                message_count=site.count % 128, id=site.unit,
                second=site.instant % MINUTE / SECOND, reference_position=site.reference,
                coordinates=(), lane_coordinates=(LaneCoordination(
                    target_lane=_links([link])[0], related_path=drawn[0] if drawn else None,
                    begin=None, end=None, recommended_speed=speed,
                    recommended_behavior=behavior, information=information,
                    description=text or None),))

        self.repeats(unit, make, **sending)

    def frames(self, scene: Scene) -> list[Frame]:
        """Return the frames that arrive, in the order of sending of each message."""
        map_frame = scene.map_frame()
        made: list[Frame] = []
        for number, (unit, make, rate, first, until, aid) in enumerate(self._sendings):
            radio = scene.observers[unit].radio
            x, y = scene.observer_position(unit)
            latitude, longitude, height = map_frame.to_geodetic(
                np.array([x]), np.array([y]), np.zeros(1))
            reference = Position(
                round(float(latitude[0]), 7), round(float(longitude[0]), 7),
                round(float(height[0]), 1))
            random = np.random.default_rng([radio.seed, number])
            for count, time in enumerate(sending_times(rate, scene.duration, first).tolist()):
                lost = random.random() < radio.loss
                delay = radio.latency + radio.jitter * random.random()
                if time >= until or lost:
                    continue
                instant = scene.nanoseconds(time)
                site = Site(
                    scene, scene.observer_id(unit), count, instant, map_frame, reference)
                message = make(site)
                octets = message if isinstance(message, bytes) else codec.encode(
                    frame_from_record(message))
                made.append(Frame(
                    instant + round(delay * SECOND), instant, octets, radio.verification,
                    scene.observer_signer(unit), radio.role, aid))
        return made


def _information(
    site: Site, *, events: tuple[RoadTrafficEvent, ...] = (),
    signs: tuple[RoadTrafficSign, ...] = (),
) -> RoadSideInformation:
    since = (site.instant - site.scene.start) / SECOND if site.scene.road_side.dated else None
    return RoadSideInformation(
        message_count=site.count % 128, time_of_year=site.minute(since), id=site.unit,
        reference_position=site.reference, events=events, signs=signs)


def _times(
    site: Site, begin: float | str | None, end: float | str | None
) -> EventTimes | None:
    if begin is None and end is None:
        return None
    return EventTimes(site.minute(begin), site.minute(end), _NAN)


def _paths(
    site: Site, lines: Sequence[Line], half_width: float
) -> tuple[ReferencePath, ...]:
    return tuple(
        ReferencePath(tuple(site.offset(x, y) for x, y in line), half_width) for line in lines)


def _links(links: Sequence[Link]) -> tuple[ReferenceLink, ...]:
    return tuple(
        ReferenceLink(
            NodeReference(None, upstream), NodeReference(None, downstream),
            ReferenceLane(lanes) if lanes else None)
        for upstream, downstream, lanes in links)
