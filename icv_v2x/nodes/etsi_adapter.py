# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""European messages, as etsi_its_messages publishes them, onto the topics of decoded input."""

from __future__ import annotations

import functools
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import Verification
from icv_v2x.interchange.topics import (
    OBU_LANES,
    OBU_OBJECTS,
    OBU_ROAD_EVENTS,
    OBU_SIGNALS,
    READ_TOPICS,
)
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.optional_types import installed, missing_text
from icv_v2x.nodes.pipeline_inputs import relative
from icv_v2x.nodes.run import run
from icv_v2x.parameters import ParameterError
from icv_v2x.roads import road_model
from icv_v2x.translate.etsi import (
    Envelope,
    EventBoard,
    maps_from_mapem,
    reports_from_cam,
    reports_from_cpm,
    reports_from_spatem,
    reports_from_vam,
)
from icv_v2x.translate.reports import ObjectReports, joined
from icv_v2x.translate.road_events import no_road_events

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.parameters import NodeParameters, Parameters
    from icv_v2x.translate.refusals import Refusal

NAME = 'etsi_adapter'

TYPES = {
    'cam': ('etsi_its_cam_msgs/msg/CAM', 'etsi_its_cam_ts_msgs/msg/CAM'),
    'denm': ('etsi_its_denm_msgs/msg/DENM',),
    'cpm': ('etsi_its_cpm_ts_msgs/msg/CollectivePerceptionMessage',),
    'spatem': ('etsi_its_spatem_ts_msgs/msg/SPATEM',),
    'mapem': ('etsi_its_mapem_ts_msgs/msg/MAPEM',),
    'vam': ('etsi_its_vam_ts_msgs/msg/VAM',),
}
"""Topic below `etsi/` to the types that it may have, the first one that is installed."""

# Messages that come within this are translated together [s].
_GATHER = 0.01
# Messages of one kind that wait at most.
_WAITING = 4096

_Objects = dict[str, 'Callable[..., tuple[ObjectReports, tuple[Refusal, ...]]]']
_OBJECTS: _Objects = {
    'cam': reports_from_cam, 'cpm': reports_from_cpm, 'vam': reports_from_vam}


class EtsiAdapter(ManagedNode):
    """Gathers messages for some milliseconds and hands on what they say.

    The pipeline takes it under the same trust and counters as everything that a unit decodes.
    """

    def __init__(self) -> None:
        """Declare the parameters."""
        self._waiting: dict[str, list[tuple[Any, int]]] = {}
        self._counts: dict[str, dict[str, int]] = {}
        self._board = EventBoard()
        self._missing: list[str] = []
        self._clocks: list[Any] = []
        super().__init__(NAME)

    def build(self) -> None:
        """Subscribe to what is installed."""
        kinds = {
            kind: next((name for name in names if installed(name)), None)
            for kind, names in TYPES.items()}
        self._missing = [kind for kind, name in kinds.items() if name is None]
        if len(self._missing) == len(TYPES):
            raise ParameterError(missing_text(NAME, [names[0] for names in TYPES.values()]))
        if self._missing:
            self.get_logger().warning(missing_text(
                f'{NAME} leaves out {", ".join(self._missing)} and', [
                    TYPES[kind][0] for kind in self._missing]).replace(' or ', ', '))
        origin = self.parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, self.parameters.map_projection)
        self._say = {
            topic: self.speak(relative(topic), READ_TOPICS[topic], qos.radio_output())
            for topic in (OBU_OBJECTS, OBU_SIGNALS, OBU_LANES, OBU_ROAD_EVENTS)}
        self._waiting = {kind: [] for kind, name in kinds.items() if name is not None}
        self._counts = {kind: {} for kind in self._waiting}
        for kind, name in kinds.items():
            if name is not None:
                self.listen(
                    f'etsi/{kind}', name, qos.radio_input(), functools.partial(self._hear, kind))

    def start(self) -> None:
        """Begin with nothing heard."""
        self.forget()
        self._clocks = [
            self.create_timer(_GATHER, self.guarded(self._translate), clock=self._steady),
            self.create_timer(
                self.of_nodes.etsi.repeat, self.guarded(self._tell_events), clock=self._steady)]

    def stop(self) -> None:
        """Tell of no events any more; all else ends with its age."""
        for timer in self._clocks:
            self.destroy_timer(timer)
        self._clocks = []
        self._say[OBU_ROAD_EVENTS](
            self.encoder.road_event_array(no_road_events(), self.get_clock().now().nanoseconds))

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        self._board.clear()
        for waiting in self._waiting.values():
            waiting.clear()

    def reconfigure(self, parameters: Parameters, of_nodes: NodeParameters) -> None:
        """Take changed parameters over; they count from the next messages on."""
        del parameters, of_nodes

    def statuses(self) -> list[Status]:
        """Return what became of the messages of each kind."""
        values = {
            f'{kind}.{what}': str(count)
            for kind, counts in self._counts.items() for what, count in sorted(counts.items())}
        values['verification'] = self.of_nodes.verification
        if self._missing:
            values['not installed'] = ', '.join(TYPES[kind][0] for kind in self._missing)
        return [Status('European messages', Severity.OK, (
            f'{sum(counts.get("received", 0) for counts in self._counts.values())} received'
        ), values)]

    def _hear(self, kind: str, message: Any) -> None:
        waiting = self._waiting[kind]
        self._count(kind, 'received')
        if len(waiting) >= _WAITING:
            self._count(kind, 'overload')
            return
        waiting.append((message, self.get_clock().now().nanoseconds))

    def _translate(self) -> None:
        begin = time.perf_counter()
        if not any(self._waiting.values()):
            return
        reports = []
        for kind, waiting in self._waiting.items():
            if not waiting:
                continue
            messages = [message for message, _ in waiting]
            envelope = Envelope(
                np.array([received for _, received in waiting], np.int64),
                Verification[self.of_nodes.verification.upper()],
                self.of_nodes.etsi.leap_seconds)
            waiting.clear()
            try:
                made = self._translated(kind, messages, envelope)
            except Exception as error:
                # What no standard allows must not cost more than the messages of one kind.
                self.note_exception(error)
                self._count(kind, 'internal_error', len(messages))
                continue
            if made is not None:
                reports.append(made)
        now = self.get_clock().now().nanoseconds
        if reports and sum(map(len, reports)):
            self._say[OBU_OBJECTS](self.encoder.decoded_objects(joined(reports), now))
        self.cycles.add(time.perf_counter() - begin)

    def _translated(
        self, kind: str, messages: list[Any], envelope: Envelope,
    ) -> ObjectReports | None:
        """Return objects, or hand on what else messages of a kind say."""
        now = self.get_clock().now().nanoseconds
        if kind in _OBJECTS:
            reports, refusals = _OBJECTS[kind](messages, envelope, self._map, self.parameters)
            self._settle(kind, messages, refusals)
            return reports
        if kind == 'spatem':
            signals, refusals = reports_from_spatem(messages, envelope, self.parameters)
            if len(signals):
                self._say[OBU_SIGNALS](self.encoder.signal_reports(signals, now))
        elif kind == 'mapem':
            maps, refusals = maps_from_mapem(messages, envelope, self._map, self.parameters)
            if maps.maps:
                self._say[OBU_LANES](self.encoder.lane_array(road_model(maps.maps), maps.stamp))
        else:
            refusals = self._board.take(messages, envelope, self._map, self.parameters)
            self._tell_events()
        self._settle(kind, messages, refusals)
        return None

    def _tell_events(self) -> None:
        now = self.get_clock().now().nanoseconds
        events = self._board.snapshot(now)
        if len(events):
            self._say[OBU_ROAD_EVENTS](self.encoder.road_event_array(events, now))

    def _settle(
        self, kind: str, messages: list[Any], refusals: tuple[Refusal, ...],
    ) -> None:
        for refusal in refusals:
            self._count(kind, f'refused.{refusal.reason.value}')
        self._count(kind, 'translated', len(messages))

    def _count(self, kind: str, what: str, count: int = 1) -> None:
        counts = self._counts[kind]
        counts[what] = counts.get(what, 0) + count


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, EtsiAdapter))


if __name__ == '__main__':
    main()
