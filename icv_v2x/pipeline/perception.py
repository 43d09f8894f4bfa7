# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""First stage: from radio frames and the vehicle's own state to tracks and ego at one instant."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.advisory.mode import Condition
from icv_v2x.advisory.types import Level, Mode
from icv_v2x.frames import MapFrame
from icv_v2x.inputs import (
    Encoding,
    FrameBatch,
    MergeRequest,
    ObuStatus,
    Odometry,
    PlannedPath,
    PlatoonRequest,
    Standard,
    VehicleStatus,
    Verification,
    join,
)
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.parking import ParkingStore
from icv_v2x.pipeline.counters import Counters
from icv_v2x.pipeline.rate_limits import RateLimits
from icv_v2x.pipeline.served import Served
from icv_v2x.pipeline.signal_intake import SignalIntake
from icv_v2x.pipeline.unit_health import UnitHealth
from icv_v2x.platooning import PlatoonStore
from icv_v2x.road_events import RoadEventStore
from icv_v2x.roads import RoadStore
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.translate.csae_clpmm import statements_from_clpmm
from icv_v2x.translate.csae_map import MapMemory, node_maps_from_map
from icv_v2x.translate.csae_pam import ParkingMemory, areas_from_pam
from icv_v2x.translate.csae_participants import reports_from_rsm, reports_from_ssm
from icv_v2x.translate.csae_persons import reports_from_psm
from icv_v2x.translate.csae_requests import requests_from_vir
from icv_v2x.translate.csae_rsi import RsiMemory, events_from_rsc, events_from_rsi
from icv_v2x.translate.lanes import RoadMaps
from icv_v2x.translate.refusals import RefusalReason, refused, refused_frames
from icv_v2x.translate.reports import DecodedReports, ObjectReports, joined
from icv_v2x.translate.road_events import RoadEvents
from icv_v2x.translate.signal_reports import SignalReports
from icv_v2x.translate.unit_objects import reports_from_unit
from icv_v2x.trust import MisbehaviourLog, TrustKeeper, TrustLevel
from icv_v2x.trust.existence import existence, joint_existence, with_detections
from icv_v2x.world.channel_watch import ChannelWatch
from icv_v2x.world.corroboration import Observations, united, with_second_source
from icv_v2x.world.datum_watch import DatumWatch
from icv_v2x.world.ego_estimator import EgoEstimator
from icv_v2x.world.own_echo import own_vehicle
from icv_v2x.world.relevance import nearest_signers
from icv_v2x.world.track_store import TrackStore
from icv_v2x.world.way_requests import WayRequests

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.message_set.records.spat_columns import SpatColumns
    from icv_v2x.parameters import Parameters
    from icv_v2x.roads import RoadModel
    from icv_v2x.signals import Signals
    from icv_v2x.translate.parking_areas import ParkingArea
    from icv_v2x.translate.platoon_statements import PlatoonStatement
    from icv_v2x.translate.refusals import Refusal
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

_Messages = list[tuple[int, dict[str, Any]]]
if TYPE_CHECKING:
    _EventAdapter = Callable[
        [_Messages, FrameBatch, MapFrame, Parameters],
        tuple[RoadEvents, NDArray[np.int64], tuple[Refusal, ...]]]

Input = (
    FrameBatch | Odometry | VehicleStatus | PlannedPath | ObjectReports | RoadMaps | RoadEvents
    | SignalReports | DecodedReports | ObuStatus
)

# Frames waiting for a cycle at most: a second of a channel ten times as busy as the busiest.
_PENDING = 50_000
# From so many waiting frames on a cycle would be late if it had to decode them first.
_MUCH = 100
# A clock that goes back further than this starts a new epoch [ns].
_BACK = 100_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Heard:
    """What the radio tells of an instant.

    Attributes:
        tracks: n tracks, one for whatever each sender tells of each object.
        observed: What else is known of them.
        united: The objects, and the leading row of each track, (n,), as `united` gives them for
            all of the tracks; None where that was not worked out.
    """

    tracks: Tracks
    observed: Observations
    united: tuple[Tracks, NDArray[np.intp]] | None = None


class Perception:
    """Takes inputs as they come and gives the world at an instant.

    Frames wait until the next instant is asked for and are then decoded together. On a busy
    channel they may be decoded ahead of it; who comes later then waits for the instant after.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start knowing nothing."""
        self.counters = Counters()
        self._parameters = parameters
        origin = parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, parameters.map_projection
        )
        self._tracks = TrackStore(parameters)
        self._detections = TrackStore(parameters)
        self._trust = TrustKeeper(parameters)
        self._channel = ChannelWatch()
        self._unit = UnitHealth()
        self._limits = RateLimits(parameters)
        self._relevant = np.zeros(0, np.uint64)
        self._datum = DatumWatch(self._map, origin.latitude, origin.longitude)
        self._ego = EgoEstimator(parameters)
        self._roads = RoadStore(parameters)
        self._map_memory = MapMemory()
        self._events = RoadEventStore(parameters)
        self._told_memory = RsiMemory()
        self._signals = SignalIntake(parameters)
        self._parking = ParkingStore(parameters)
        self._parking_memory = ParkingMemory()
        self._requests = WayRequests()
        self._platoons = PlatoonStore(parameters)
        self._seen: Tracks | None = None
        self._foreseen: _Heard | None = None
        self._shown: Signals | None = None
        self._pending: list[FrameBatch] = []
        self._waiting = 0
        self._ahead = False
        self._now: int | None = None
        self.refused_inputs: dict[str, int] = {}

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; those that are read at start only must be the same.

        Raises:
            ParameterError: The own temporary id is not one.
        """
        self._tracks.configure(parameters)
        self._detections.configure(parameters)
        self._trust.configure(parameters)
        self._limits.configure(parameters)
        self._roads.configure(parameters)
        self._events.configure(parameters)
        self._signals.configure(parameters)
        self._parking.configure(parameters)
        self._platoons.configure(parameters)
        self._parameters = parameters
        self._forget_ahead()

    def receive(self, item: Input | MergeRequest | PlatoonRequest) -> str | None:
        """Take one input in; a bad one is counted and changes nothing, one for others neither.

        Returns:
            Why an input other than radio frames is refused, None where it is taken.
        """
        if isinstance(item, FrameBatch):
            self._queue(item)
        elif isinstance(item, ObjectReports):
            self._detections.update(item, None)
        elif isinstance(item, RoadEvents):
            self._take_decoded_events(item)
        elif isinstance(item, DecodedReports):
            self._take_decoded_objects(item)
        elif not isinstance(item, (MergeRequest, PlatoonRequest)):
            return self._take_judged(item)
        return None

    def _take_judged(
        self,
        item: Odometry | VehicleStatus | PlannedPath | RoadMaps | SignalReports | ObuStatus,
    ) -> str | None:
        """Take an input that may be refused as a whole; return why it is."""
        reason: Enum | str | None
        if isinstance(item, SignalReports):
            self._forget_ahead()
            reason = self._signals.take_decoded(item)
        elif isinstance(item, RoadMaps):
            reason = self._take_decoded(item)
        elif isinstance(item, ObuStatus):
            reason = self._unit.update(item)
        else:
            reason = self._ego.update(item)
        if reason is None:
            return None
        name = str(reason.value) if isinstance(reason, Enum) else reason
        self.refused_inputs[name] = self.refused_inputs.get(name, 0) + 1
        return name

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that could not be taken in at all."""
        self.counters.reject(frames, reason)

    def world(self, now: int) -> tuple[Tracks, EgoState | None]:
        """Return tracks and ego at an instant.

        Args:
            now: [ns since the Unix epoch]; going back clears what was known.

        Returns:
            The tracks, and the ego or None before the first pose.
        """
        if self._now is not None and now < self._now - _BACK:
            self.clear()
        self._now = now
        if not self._ahead:
            self.drain()
        self._ahead = False
        ego = self._ego.state(now)
        foreseen = self._foreseen
        self._foreseen = None
        if foreseen is None or foreseen.tracks.stamp != now:
            foreseen = self._hear(now)
        heard, observed = foreseen.tracks, foreseen.observed
        others = ~own_vehicle(heard, ego)
        if not others.all():
            heard, observed = heard.take(others), observed.take(others)
            objects, leader = united(heard, observed)
        else:
            objects, leader = foreseen.united or united(heard, observed)
        self._relevant = nearest_signers(heard, ego)
        leads = leader == np.arange(len(leader))
        objects = replace(
            objects,
            identity=self._tracks.identify(np.flatnonzero(others), leader)[leads],
            existence=joint_existence(heard.existence, leader)[leads])
        seen = self._seen = self._detections.snapshot(now)
        self._datum.look(now, objects, seen)
        if len(seen):
            objects = with_second_source(objects, seen)
            objects = replace(objects, existence=with_detections(objects))
        return objects, ego

    def _hear(self, now: int) -> _Heard:
        """Return what the radio tells of an instant [ns], wherever the ego is."""
        tracks = self._tracks.snapshot(now)
        trust = self._trust.levels(tracks)
        tracks = self._requests.marked(
            replace(tracks, trust=trust, existence=existence(tracks, trust)))
        trusted = tracks.verification == int(Verification.VERIFIED)
        if self._parameters.trust.minimum_verification == 'not_checked':
            trusted |= tracks.verification == int(Verification.NOT_CHECKED)
        trusted &= tracks.trust != int(TrustLevel.DISTRUSTED)
        return _Heard(
            tracks, Observations(self._tracks.subject_id, self._tracks.since, trusted))

    def roads(self, now: int) -> RoadModel:
        """Return the road as it is known; the same object while nothing changed.

        Args:
            now: [ns since the Unix epoch], after `world` for the same instant.
        """
        return self._roads.model(now)

    def signals(self, now: int) -> Signals:
        """Return what signals show at an instant [ns], after `world` for the same one."""
        shown = self._shown
        self._shown = None
        return shown if shown is not None and shown.stamp == now else self._signals.snapshot(now)

    def parking(self, now: int) -> tuple[ParkingArea, ...]:
        """Return the parking areas known at an instant [ns], after `world` for the same one."""
        return self._parking.areas(now)

    def platoons(self, now: int) -> tuple[PlatoonStatement, ...]:
        """Return what is said of platoons at an instant [ns], after `world` for the same one."""
        return self._platoons.statements(now)

    def detections(self, now: int) -> Tracks:
        """Return the own detections at an instant [ns], after `world` for the same one."""
        if self._seen is None or self._seen.stamp != now:
            self._seen = self._detections.snapshot(now)
        return self._seen

    def conditions(self, now: int) -> list[Condition]:
        """Return what bounds what may be said, after `world` for the same instant [ns]."""
        found = [
            Condition(
                Mode.DEGRADED, doubt.text, Level.WARNING if doubt.of_time else Level.IMMINENT)
            for doubt in self._channel.doubts(now)]
        found += self._unit.conditions(now)
        unsteady, shifted = self._ego.unsteady(now), self._datum.doubt(now)
        if unsteady:
            found.append(Condition(Mode.DEGRADED, unsteady, Level.WARNING))
        if shifted:
            found.append(Condition(Mode.INHIBITED, shifted, Level.NONE))
        return found

    def road_events(self, now: int) -> RoadEvents:
        """Return the events, signs and statements about lanes that are told.

        Args:
            now: [ns since the Unix epoch], after `world` for the same instant.
        """
        return self._events.snapshot(now)

    @property
    def misbehaviour(self) -> MisbehaviourLog:
        """Records of senders that lost trust."""
        return self._trust.log

    @property
    def believed(self) -> dict[TrustLevel, int]:
        """How many senders stand at each level of trust."""
        return self._trust.counts()

    def clear(self) -> None:
        """Forget tracks, ego and roads, keep the counters."""
        self._tracks.clear()
        self._roads.clear()
        self._events.clear()
        self._signals.clear()
        self._parking.clear()
        self._detections.clear()
        self._trust.clear()
        self._channel.clear()
        self._unit.clear()
        self._limits.clear()
        self._datum.clear()
        self._requests.clear()
        self._platoons.clear()
        self._seen = None
        self._forget_ahead()
        self._ahead = False
        self._ego.clear()

    def decode_ahead(self, instant: int) -> None:
        """Decode what waits where it is much; what comes from now on waits for a cycle more.

        It is to be called once, shortly before an instant. A frame counts as soon as it would by
        decoding at the instant itself, as that would hold up the advisories by the same time.
        What the instant is told by the radio alone is worked out too, as far as nothing else
        comes before it.

        Args:
            instant: Of the cycle to come [ns since the Unix epoch].
        """
        if self._waiting < _MUCH:
            return
        self.drain()
        self._ahead = True
        heard = self._hear(instant)
        self._foreseen = replace(heard, united=united(heard.tracks, heard.observed))
        self._shown = self._signals.snapshot(instant)

    def _forget_ahead(self) -> None:
        """Forget what was worked out for the next instant, as something else came."""
        self._foreseen = self._shown = None

    def drain(self) -> None:
        """Decode what waits, so that the counters are complete."""
        pending, self._pending, self._waiting = self._pending, [], 0
        kinds: dict[tuple[int, int], list[FrameBatch]] = {}
        for batch in pending:
            kinds.setdefault((batch.standard, batch.encoding), []).append(batch)
        for (standard, encoding), batches in kinds.items():
            joined = join(batches)
            try:
                self._decode(joined, standard, encoding)
            except Exception:
                # A defect of ours must not cost more than the frames it met.
                _log.exception('frames lost to an internal error: %d', len(joined))
                self.counters.reject(len(joined), 'internal_error')

    def _queue(self, batch: FrameBatch) -> None:
        if self._waiting + len(batch) > _PENDING:
            self.counters.reject(len(batch), 'overload')
            return
        self._pending.append(batch)
        self._waiting += len(batch)

    def _decode(self, batch: FrameBatch, standard: int, encoding: int) -> None:
        if standard != Standard.CSAE:
            self.counters.reject(len(batch), 'unsupported_standard')
            return
        if encoding not in (Encoding.UPER, Encoding.JER):
            self.counters.reject(len(batch), 'unsupported_encoding')
            return
        mask, refusals = refused_frames(batch)
        for refusal in refusals:
            self.counters.reject(1, refusal.reason.value)
        batch = batch.take(~mask)
        admitted = self._limits.admitted(batch, self._relevant)
        self.counters.reject(int(np.count_nonzero(~admitted)), 'rate_limit')
        batch = batch.take(admitted)
        decoded = decode_frames(
            batch.payload, batch.length, encoding=Encoding(encoding), spat_in_columns=True)
        for _, reason, _ in decoded.rejected:
            self.counters.reject(1, reason.value)
        served = Served(len(batch))
        others: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for frame, name, value in decoded.others:
            others.setdefault(name, []).append((frame, value))
        persons = others.pop('PersonalSafetyMessage', [])
        for name, use in (
            ('MapData', self._use_maps),
            ('PAMData', self._use_parking),
            ('RoadSideInformation', partial(
                self._use_events, partial(events_from_rsi, memory=self._told_memory))),
            ('RoadsideCoordination', partial(self._use_events, events_from_rsc)),
            ('VehIntentionAndRequest', self._use_requests),
            ('CLPMM', self._use_platooning),
        ):
            _serve(others.pop(name, []), batch, served, use)
        self._serve_signals(others.pop('SPAT', []), decoded.spat, batch, served)
        self.counters.reject(sum(map(len, others.values())), 'not_served')

        parts = []
        for frames, adapter in (
            (decoded.bsm.frame, partial(reports_from_bsm, decoded.bsm)),
            (decoded.rsm.frame, partial(reports_from_rsm, decoded.rsm)),
            (decoded.ssm.frame, partial(reports_from_ssm, decoded.ssm)),
            (_rows([frame for frame, _ in persons]), partial(reports_from_psm, persons)),
        ):
            if not len(frames):
                continue
            served.take(frames)
            try:
                reports, refusals = adapter(batch, self._map, self._parameters)
            except Exception:
                # A defect of ours must not cost more than the messages of one kind.
                _log.exception('frames lost to an internal error: %d', len(frames))
                served.refuse(frames, 'internal_error')
                continue
            for refusal in refusals:
                served.refuse(_rows([refusal.frame]), refusal.reason.value)
            self._channel.refuse(refusal.reason.value for refusal in refusals)
            parts.append(reports)
        if parts:
            newest = int(batch.reception_time.max()) if len(batch) else 0
            self._track(joined(parts), newest, batch.octets, served)
        served.count(self.counters)

    def _track(
        self, reports: ObjectReports, newest: int, octets: Callable[[int], bytes],
        served: Served,
    ) -> None:
        """Take reports into the tracks and judge their senders."""
        self._forget_ahead()
        reports = self._channel.hear(reports, newest)
        ego = self._ego.state(newest)
        outcomes = self._tracks.update(reports, ego)
        try:
            self._trust.update(reports, outcomes, ego, octets)
        except Exception:
            # Nobody is judged, but nobody is lost either.
            _log.exception('senders of %d reports not judged', len(reports))
        served.settle(reports, outcomes)

    def _take_decoded_objects(self, decoded: DecodedReports) -> None:
        """Take objects that the unit decoded: each sender and instant counts as a frame."""
        if not len(decoded.reports):
            return
        frames = decoded.reports.frame
        served = Served(int(frames.max()) + 1)
        served.take(frames)
        reports, refusals = reports_from_unit(decoded, self._map, self._parameters)
        for refusal in refusals:
            served.refuse(_rows([refusal.frame]), refusal.reason.value)
        self._channel.refuse(refusal.reason.value for refusal in refusals)
        if len(reports):
            # there are no octets that could be kept as evidence
            self._track(reports, int(reports.reception_time.max()), lambda _: b'', served)
        served.count(self.counters)

    def _take_decoded(self, road: RoadMaps) -> RefusalReason | None:
        """Take maps that the unit decoded; return why one of them is refused."""
        bad, refusals = refused(np.array([one.verification for one in road.maps], np.uint8))
        self._roads.update(
            [one for one, left_out in zip(road.maps, bad, strict=True) if not left_out],
            road.stamp)
        return refusals[0].reason if refusals else None

    def _use_maps(self, messages: _Messages, batch: FrameBatch, served: Served) -> None:
        maps, refusals = node_maps_from_map(
            messages, batch, self._map, self._parameters, self._map_memory)
        newest = max(int(batch.reception_time[frame]) for frame, _ in messages)
        self._roads.update(maps, newest)
        for refusal in refusals:
            served.refuse(_rows([refusal.frame]), refusal.reason.value)

    def _serve_signals(
        self, messages: _Messages, columns: SpatColumns | None, batch: FrameBatch, served: Served,
    ) -> None:
        frames = _rows([frame for frame, _ in messages])
        if columns is not None:
            frames = np.concatenate([frames, columns.frame])
        _guarded(frames, served, lambda: self._use_signals(messages, columns, batch, served))

    def _use_signals(
        self, messages: _Messages, columns: SpatColumns | None, batch: FrameBatch, served: Served,
    ) -> None:
        for frame, reason in self._signals.take(messages, batch, columns):
            served.refuse(_rows([frame]), reason)

    def _use_parking(self, messages: _Messages, batch: FrameBatch, served: Served) -> None:
        areas, refusals = areas_from_pam(
            messages, batch, self._map, self._parameters, self._parking_memory)
        self._parking.update(areas, max(int(batch.reception_time[frame]) for frame, _ in messages))
        for refusal in refusals:
            served.refuse(_rows([refusal.frame]), refusal.reason.value)

    def _use_requests(self, messages: _Messages, batch: FrameBatch, served: Served) -> None:
        requests, refusals = requests_from_vir(messages, batch, self._parameters)
        self._requests.update(requests)
        for refusal in refusals:
            served.refuse(_rows([refusal.frame]), refusal.reason.value)

    def _use_platooning(
        self, messages: _Messages, batch: FrameBatch, served: Served
    ) -> None:
        statements, refusals = statements_from_clpmm(messages, batch, self._parameters)
        for frame, statement in statements:
            refusal = self._platoons.update(statement)
            if refusal is not None:
                served.refuse(_rows([frame]), refusal)
        for one in refusals:
            served.refuse(_rows([one.frame]), one.reason.value)

    def _take_decoded_events(self, events: RoadEvents) -> None:
        usable = np.isin(events.verification, (Verification.NOT_CHECKED, Verification.VERIFIED))
        self._events.update(events.take(usable))

    def _use_events(
        self, adapter: _EventAdapter, messages: _Messages, batch: FrameBatch, served: Served,
    ) -> None:
        events, frame, refusals = adapter(messages, batch, self._map, self._parameters)
        ego = self._ego.state(int(batch.reception_time.max()))
        taken = self._events.update(events, None if ego is None else (ego.x, ego.y))
        served.accept(frame[taken])
        served.refuse(frame[~taken], 'less_trusted_or_too_many')
        for refusal in refusals:
            served.refuse(_rows([refusal.frame]), refusal.reason.value)


def _serve(
    messages: _Messages, batch: FrameBatch, served: Served,
    use: Callable[[_Messages, FrameBatch, Served], None],
) -> None:
    """Use the messages of one kind."""
    _guarded(_rows([frame for frame, _ in messages]), served,
             lambda: use(messages, batch, served))


def _guarded(frames: NDArray[np.int64], served: Served, use: Callable[[], None]) -> None:
    """Use the messages of some frames; a defect of ours costs no more than them."""
    if not len(frames):
        return
    served.take(frames)
    try:
        use()
    except Exception:
        _log.exception('frames lost to an internal error: %d', len(frames))
        served.refuse(frames, 'internal_error')


def _rows(rows: list[int]) -> NDArray[np.int64]:
    return np.array(rows, dtype=np.int64)
