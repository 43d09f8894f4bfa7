# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the inputs and advisories around every event on the disk, in a process of its own."""

from __future__ import annotations

import functools
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rclpy.serialization import deserialize_message

from icv_v2x.advisory.types import Level, Mode
from icv_v2x.interchange import from_message
from icv_v2x.interchange.parameter_text import parameter_text
from icv_v2x.interchange.topics import OBU_FRAMES, READ_TOPICS
from icv_v2x.nodes import qos
from icv_v2x.nodes.health import Severity, Status
from icv_v2x.nodes.managed_node import ManagedNode
from icv_v2x.nodes.message_classes import message_class
from icv_v2x.nodes.pipeline_inputs import relative
from icv_v2x.nodes.run import run
from icv_v2x.nodes.shadow import topic_of
from icv_v2x.parameters import ParameterError
from icv_v2x.recorder import Event, EventRecorder, Limits
from icv_v2x.recorder.security import SecurityWatch

if TYPE_CHECKING:
    from icv_v2x.parameters.recorder_group import Recorder

NAME = 'event_recorder'
ADVISORIES = '/v2x/advisories'
DIAGNOSTICS = '/diagnostics'
_DIAGNOSTIC_ARRAY = 'diagnostic_msgs/msg/DiagnosticArray'
_ADVISORY_ARRAY = 'icv_v2x_msgs/msg/AdvisoryArray'
# An event follows an advisory that was silent for this long [ns]; the arbiter's ids go on.
_FORGET = 5_000_000_000
_SILENT_AFTER = 1.0


class EventRecorderNode(ManagedNode):
    """Hears everything as octets; decodes advisories and diagnostics to find events."""

    def __init__(self) -> None:
        """Declare the parameters."""
        self._recorder: EventRecorder | None = None
        self._mode: int | None = None
        self._levels: dict[int, tuple[int, int]] = {}
        self._severity: dict[str, int] = {}
        self._security = SecurityWatch()
        super().__init__(NAME)

    def build(self) -> None:
        """Open the folder and listen."""
        limits = self.of_nodes.recorder
        folder = Path(limits.folder or _default_folder()).expanduser()
        topics = {**READ_TOPICS, ADVISORIES: _ADVISORY_ARRAY}
        try:
            self._recorder = EventRecorder(
                folder, topics, parameters=parameter_text(self.given), limits=_limits(limits))
        except OSError as error:
            raise ParameterError(
                f'parameter recorder.folder: cannot write to {folder}: {error.strerror}'
            ) from error
        self._folder = folder
        for topic, type_name in READ_TOPICS.items():
            quality = qos.radio_input() if topic == OBU_FRAMES else qos.vehicle_input()
            self.listen(
                relative(topic), type_name, quality, functools.partial(self._keep, topic),
                raw=True)
        self.listen(
            topic_of(self, 'advisories'), _ADVISORY_ARRAY, qos.vehicle_input(), self._hear,
            raw=True, required=True, silent_after=_SILENT_AFTER)
        self.listen(DIAGNOSTICS, _DIAGNOSTIC_ARRAY, qos.vehicle_input(), self._diagnose)
        self.get_logger().info(f'events are kept in {folder}')

    def start(self) -> None:
        """Begin without anything that was known."""
        self._mode = None
        self._levels.clear()
        self._severity.clear()

    def stop(self) -> None:
        """Close the files."""
        if self._recorder is not None:
            self._recorder.close()

    def forget(self) -> None:
        """Drop what belongs to an epoch of time that has ended."""
        if self._recorder is not None:
            self._recorder.clear()
        self._levels.clear()

    def statuses(self) -> list[Status]:
        """Return what was written and what could not be."""
        if self._recorder is None or not self.active:
            return []
        recorder = self._recorder
        values = {
            'folder': str(self._folder), 'events': str(recorder.events),
            'dropped': str(recorder.dropped),
            **{f'suppressed.{kind}': str(n) for kind, n in sorted(recorder.suppressed.items())},
        }
        if recorder.broken:
            return [Status('events', Severity.ERROR, 'the disk takes nothing', values)]
        if recorder.dropped:
            return [Status('events', Severity.WARN, 'something could not be written', values)]
        return [Status('events', Severity.OK, f'{recorder.events} events', values)]

    def _keep(self, topic: str, octets: bytes) -> None:
        assert self._recorder is not None
        self._recorder.message(topic, self._now(), octets)

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _hear(self, octets: bytes) -> None:
        self._keep(ADVISORIES, octets)
        message = deserialize_message(octets, message_class(_ADVISORY_ARRAY))
        stamp = from_message.nanoseconds(message.header.stamp)
        if message.mode != self._mode:
            before = 'none' if self._mode is None else Mode(self._mode).name
            self._mode = message.mode
            reason = f': {message.mode_reason}' if message.mode_reason else ''
            self._tell(stamp, 'mode', f'{before} to {Mode(message.mode).name}{reason}')
        for advisory in message.advisories:
            level, _ = self._levels.get(advisory.id, (0, 0))
            if advisory.level >= Level.WARNING and advisory.level > level:
                self._tell(stamp, 'advisory', advisory.reason, {
                    'id': advisory.id, 'application': advisory.application,
                    'level': advisory.level, 'action': advisory.action,
                    'subjects': list(advisory.subject_ids)})
            self._levels[advisory.id] = (max(level, advisory.level), stamp)
        self._levels = {
            number: (level, heard) for number, (level, heard) in self._levels.items()
            if 0 <= stamp - heard < _FORGET}

    def _diagnose(self, message: Any) -> None:
        for status in message.status:
            if status.hardware_id != 'icv_v2x' or status.name.startswith(f'/{NAME}:'):
                continue
            figures = {entry.key: entry.value for entry in status.values}
            for event in self._security.look(status.name, figures, self._now()):
                self._tell(event.time, event.kind, event.text, dict(event.details))
            severity = status.level[0]
            before = self._severity.get(status.name, Severity.OK)
            self._severity[status.name] = severity
            if severity == Severity.ERROR > before:
                self._tell(
                    self._now(), 'fault', f'{status.name}: {status.message}', figures)

    def _tell(
        self, stamp: int, kind: str, text: str, details: dict[str, Any] | None = None,
    ) -> None:
        assert self._recorder is not None
        begin = time.perf_counter()
        self._recorder.event(Event(stamp, kind, text, details or {}))
        self.cycles.add(time.perf_counter() - begin)


def _default_folder() -> str:
    home = os.environ.get('ROS_HOME', '~/.ros')
    return f'{home}/icv_v2x/events'


def _limits(group: Recorder) -> Limits:
    return Limits(
        before=group.before, after=group.after, disk=round(group.disk * 1024**3),
        memory=round(group.memory * 1024**2), rate=group.rate)


def main() -> None:
    """Run the node."""
    sys.exit(run(NAME, EventRecorderNode))


if __name__ == '__main__':
    main()
