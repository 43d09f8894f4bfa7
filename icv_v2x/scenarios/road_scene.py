# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""One instant as the road services see it: ego, road users, and what the road side tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.advisory import gates
from icv_v2x.advisory.types import FREE, LOST, Ceiling, Level
from icv_v2x.inputs import Verification
from icv_v2x.road_events import Relevance, Way, relevance
from icv_v2x.scenarios.own_way import own_way
from icv_v2x.scenarios.signal_approach import SignalsAhead, signal_ceiling, signals_ahead
from icv_v2x.translate.road_events import event_of_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from icv_v2x.advisory.types import Application
    from icv_v2x.parameters import Parameters
    from icv_v2x.roads.ego import EgoRoad
    from icv_v2x.signals.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.road_events import RoadEvents
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks


@dataclass(frozen=True)
class RoadScene:
    """What the road services decide on.

    Attributes:
        ego: The ego now.
        tracks: All objects at the same instant.
        events: Road events, signs and statements about lanes that are in force or announced.
        parameters: Parameters of the package.
        road: Where the ego is on the road as far as its maps were heard, None without any.
        signals: What signals show, None where none was heard.
        parking: Parking areas that are known.
    """

    ego: EgoState
    tracks: Tracks
    events: RoadEvents
    parameters: Parameters
    road: EgoRoad | None = None
    signals: Signals | None = None
    parking: tuple[ParkingArea, ...] = ()

    @property
    def stamp(self) -> int:
        """The instant [ns since the Unix epoch]."""
        return self.tracks.stamp

    @cached_property
    def way(self) -> Way:
        """The way ahead of the ego's front."""
        return own_way(self.ego, self.road, self.parameters)

    @cached_property
    def where(self) -> Relevance:
        """Where the events lie on that way."""
        limits, hazard = self.parameters.road_events, self.parameters.hazard
        reach = max(hazard.info_distance, hazard.info_time * max(self.ego.speed, 0.0))
        return relevance(
            self.events, self.way, reach=reach, direction=np.radians(limits.direction),
            lane_width=self.parameters.carriageway.lane_width)

    @cached_property
    def in_force(self) -> NDArray[np.bool_]:
        """Which events have begun, (n,); what has ended is not among them."""
        return np.asarray(self.events.begin <= self.stamp)

    def asked(
        self, application: Application, which: NDArray[np.bool_], what: str
    ) -> NDArray[np.bool_]:
        """Return which events an application looks at: those in force ahead, (n,).

        Args:
            application: The application.
            which: (n,) events of the kind that it speaks of.
            what: Names that kind.
        """
        if gates.heard():
            names = [self.events.name(row) for row in range(len(self.events))]
            gates.about(application.name, names)
            gates.told('distance along the way [m]', self.where.distance)
        kind = gates.holds(gates.SELECTED, what, which)
        begun = gates.holds(gates.SELECTED, 'in force', self.in_force)
        return kind & begun & gates.holds(
            gates.SELECTED, 'ahead on the way of the ego, or around it', self.where.ahead)

    @cached_property
    def signals_ahead(self) -> SignalsAhead:
        """The signals on that way."""
        return signals_ahead(self.ego, self.road, self.signals, self.parameters)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {self.events.name(row): row for row in range(len(self.events))}

    @property
    def lane(self) -> int:
        """Index of the lane that the ego is on, -1 where it is not known."""
        return -1 if self.road is None else self.road.lane

    def trusts(self, row: int) -> bool:
        """Return whether the sender of an event showed what is asked for."""
        verdict = int(self.events.verification[row])
        return verdict == Verification.VERIFIED or (
            self.parameters.trust.minimum_verification == 'not_checked'
            and verdict == Verification.NOT_CHECKED)

    def ceiling(self, name: str) -> Ceiling | None:
        """Return the highest level that what the road side tells may cause, and what bounds it.

        Args:
            name: As `RoadEvents.name` gives it.

        Returns:
            The ceiling; LOST for what is told no more, None for names of other things.
        """
        if event_of_name(name) is None:
            return signal_ceiling(name, self.signals, self.parameters)
        row = self._rows.get(name)
        if row is None:
            return LOST
        if not self.trusts(row):
            return Ceiling(Level.CAUTION, 'sender not verified')
        if self.events.confidence[row] < self.parameters.road_events.confidence:
            return Ceiling(Level.CAUTION, 'the sender is not sure of it')
        return FREE
