# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Sends the basic safety messages of the own vehicle: composes what is due when it is due."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from icv_v2x.clock import NANOSECONDS
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Indicator
from icv_v2x.message_set.bsm_encoder import encode_bsm
from icv_v2x.message_set.enumerations import VehicleEvent
from icv_v2x.message_set.errors import MessageError
from icv_v2x.message_set.vehicle_class import ObjectClass, wire_class
from icv_v2x.transmit.bsm import PathOutlook, VehicleDescription, bsm_content
from icv_v2x.transmit.events import EventMonitor, VehicleSignals
from icv_v2x.transmit.identity import TemporaryIdentity
from icv_v2x.transmit.outgoing import BsmAid, OutgoingFrame, whole_millisecond
from icv_v2x.transmit.own_state import OwnState, own_state
from icv_v2x.transmit.path_history import PathHistory, Place
from icv_v2x.transmit.path_prediction import PathPrediction
from icv_v2x.transmit.schedule import BsmSchedule, CongestionControl

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from icv_v2x.inputs import VehicleStatus
    from icv_v2x.parameters import Parameters
    from icv_v2x.parameters.transmit_group import Transmit
    from icv_v2x.world.ego import EgoState

BSM = 'BasicSafetyMessage'
_HISTORY_PERIOD = 500_000_000
_STATUS_AGE = 1_000_000_000
_LONGEST_STEP = 1.0
_BACK = 100_000_000


class BsmSender:
    """Gives the next basic safety message whenever one is due; to be asked often.

    Asked every 10 ms, the first message follows 10 ms at most after the conditions hold, and an
    event 10 ms after it is known (ABS, traction and stability control 110 ms: they count after
    100 ms). The position is that of the instant of sending, so that secMark is too.

    Attributes:
        identity: Temporary id and counters, shared with the other messages of the vehicle.
        sent: Messages given out.
        refused: Messages that could not be encoded.
        silence: Why nothing is sent at present, '' where messages are.
    """

    def __init__(
        self, parameters: Parameters, transmit: Transmit, generator: random.Random,
    ) -> None:
        """Start without having sent.

        Args:
            parameters: Map, datum and dimensions of the vehicle.
            transmit: What to send.
            generator: Source of temporary ids and first counts.
        """
        origin = parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, parameters.map_projection)
        self._datum = parameters.datum.vehicle
        kind = ObjectClass[transmit.object_class.upper()]
        self._vehicle = VehicleDescription(
            length=parameters.vehicle.length, width=parameters.vehicle.width,
            height=parameters.vehicle.height,
            vehicle_class=wire_class(kind, numbering=parameters.vehicle_class_numbering),
            emergency=kind is ObjectClass.EMERGENCY)
        self._transmit = transmit
        self.identity = TemporaryIdentity(
            generator, period=transmit.id_period, distance=transmit.id_distance)
        self.sent = self.refused = 0
        self.silence = 'nothing known of the own vehicle yet'
        self._now: int | None = None
        self.clear()

    def configure(self, transmit: Transmit) -> None:
        """Take changed parameters over."""
        self._transmit = transmit

    def clear(self) -> None:
        """Begin anew, as where time ran back; the temporary id stays."""
        self._events = EventMonitor()
        self._schedule = BsmSchedule()
        self._congestion = CongestionControl()
        self._history = PathHistory()
        self._prediction = PathPrediction()
        self._history_sent: int | None = None
        self._now = None

    @property
    def temporary_id(self) -> int:
        """The id in force, by which the own echo is known."""
        return self.identity.temporary_id

    def step(
        self, now: int, ego_at: Callable[[int], EgoState | None],
        status: VehicleStatus | None = None, signals: VehicleSignals | None = None, *,
        channel_busy_ratio: float = math.nan,
    ) -> OutgoingFrame | None:
        """Take the state in and give a message where one is due.

        Args:
            now: [ns since the Unix epoch].
            ego_at: Gives the ego at an instant (`EgoEstimator.state`).
            status: The newest status of the vehicle, None where there is none.
            signals: Of the vehicle's network, where it gives them.
            channel_busy_ratio: Share of the channel in use, 0..1, NaN where nobody measures it.

        Returns:
            The frame, or None.
        """
        now = whole_millisecond(now)
        if self._now is not None and now < self._now - _BACK:
            self.clear()
        elapsed = 0.0 if self._now is None else (now - self._now) / NANOSECONDS
        self._now = now
        ego = ego_at(now)
        self.silence = self._silence(ego)
        if ego is None or self.silence:
            self._schedule.stop()
            return None
        if status is not None and abs(now - status.stamp) > _STATUS_AGE:
            status = None
        signals = signals or VehicleSignals()
        events = self._events.update(
            now,
            # the way it drives, so that braking in reverse counts as well
            acceleration=math.copysign(1.0, ego.speed) * ego.acceleration,
            hazard_lights=status is not None and status.indicator == Indicator.HAZARD,
            signals=signals, hard_braking=self._transmit.hard_braking)
        self._prediction.update(now, ego.speed, ego.yaw_rate)
        moved = abs(ego.speed) * min(max(elapsed, 0.0), _LONGEST_STEP)
        if self.identity.update(now, moved, event=bool(events)):
            self._history.clear()
            self._history_sent = None
        if self._history.wants(now, ego.x, ego.y):
            self._history.add(self._place(ego))
        if not self._schedule.due(now, events, self._congestion.period):
            return None
        self._congestion.sent(channel_busy_ratio, ego.speed)
        return self._compose(ego, status, signals, events)

    def _silence(self, ego: EgoState | None) -> str:
        if ego is None:
            return 'the own position is unknown'
        if ego.age > self._transmit.state_age:
            return f'the own position is {ego.age:.2f} s old'
        for name in ('x', 'y', 'speed', 'yaw_rate'):
            if not math.isfinite(getattr(ego, name)):
                return f'the own {name} is unknown'
        return ''

    def _compose(
        self, ego: EgoState, status: VehicleStatus | None, signals: VehicleSignals,
        events: VehicleEvent,
    ) -> OutgoingFrame | None:
        state = own_state(ego, self._map, self._datum)
        missing = state.missing()
        if missing is not None:
            self.silence = f'the own {missing} is unknown'
            self._schedule.stop()
            return None
        content = bsm_content(
            state, self._vehicle, status, signals, self._outlook(ego, state), events=events,
            temporary_id=self.temporary_id, message_count=self.identity.next_count(BSM))
        try:
            octets = encode_bsm(content)
        except MessageError as error:
            self.refused += 1
            self.silence = str(error)
            return None
        self.sent += 1
        return OutgoingFrame(octets, state.time, self._aid(events))

    def _outlook(self, ego: EgoState, state: OwnState) -> PathOutlook:
        radius, confidence = self._prediction.radius(), self._prediction.confidence()
        last = self._history_sent
        if last is not None and state.time - last < _HISTORY_PERIOD:
            return PathOutlook((), radius, confidence)
        points = self._history.points(
            Place(state.time, ego.x, ego.y, state.latitude, state.longitude))
        if points:
            self._history_sent = state.time
        return PathOutlook(points, radius, confidence)

    def _place(self, ego: EgoState) -> Place:
        state = own_state(ego, self._map, self._datum)
        return Place(state.time, ego.x, ego.y, state.latitude, state.longitude)

    def _aid(self, events: VehicleEvent) -> BsmAid:
        if self._vehicle.emergency:
            return BsmAid.EMERGENCY_EVENT if events else BsmAid.EMERGENCY_REGULAR
        return BsmAid.EVENT if events else BsmAid.REGULAR
