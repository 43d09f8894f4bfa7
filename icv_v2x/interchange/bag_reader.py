# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Bags read as records of the topics that the pipeline listens to, one message at a time."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rosbags.interfaces import MessageDefinitionFormat
from rosbags.rosbag2 import Reader, ReaderError
from rosbags.typesys import Stores, get_types_from_idl, get_types_from_msg, get_typestore

from icv_v2x.inputs import (
    BatchError,
    FrameBatch,
    MergeRequest,
    ObuStatus,
    Odometry,
    PlannedPath,
    PlatoonRequest,
    VehicleStatus,
)
from icv_v2x.interchange import from_message, topics
from icv_v2x.interchange.errors import BagError
from icv_v2x.interchange.lane_message import road_maps
from icv_v2x.interchange.merge_message import merge_request
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.platoon_message import platoon_request
from icv_v2x.interchange.road_event_message import road_events
from icv_v2x.interchange.signal_message import signal_reports
from icv_v2x.interchange.unreadable import Unreadable
from icv_v2x.translate.lanes import RoadMaps
from icv_v2x.translate.reports import DecodedReports, ObjectReports
from icv_v2x.translate.road_events import RoadEvents
from icv_v2x.translate.signal_reports import SignalReports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from rosbags.interfaces import Connection
    from rosbags.typesys.store import Typestore

_METADATA = 'metadata.yaml'

Record = (
    FrameBatch | Odometry | VehicleStatus | PlannedPath | ObjectReports | RoadMaps | RoadEvents
    | SignalReports | DecodedReports | MergeRequest | PlatoonRequest | ObuStatus
    | Unreadable | None
)
"""What a message becomes; None: a topic that is read but of which no record is made yet."""


class BagReader:
    """Reads a rosbag2 directory (mcap or sqlite3) or a single `.mcap` file.

    A context manager that iterates over `(log time [ns], topic, record)` in the order of log time.
    Message definitions in the bag go before those that come with the package. One message at a
    time is held in memory.
    """

    def __init__(self, path: Path | str, *, warn: Callable[[str], None] | None = None) -> None:
        """Remember what to open.

        Args:
            path: rosbag2 directory or `.mcap` file.
            warn: Takes one line for what is passed over, such as an unknown type; None: nobody.
        """
        self.path = Path(path)
        self._warn = warn or (lambda _: None)
        self._reader: Reader | None = None
        self._stores: dict[int, Typestore] = {}
        self._connections: list[Connection] = []

    def __enter__(self) -> BagReader:
        """Open the bag.

        Raises:
            BagError: No such path, not a bag, or damaged.
        """
        self._check_path()
        try:
            self._reader = Reader(self.path)
            self._reader.open()
        # The storage plug-ins let anything through that struct, sqlite3, lz4 or yaml raise.
        except Exception as error:
            self._reader = None
            raise BagError(_cause(self.path, error)) from error
        self._connections = [c for c in self._reader.connections if self._accepted(c)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the bag."""
        if self._reader is not None:
            with contextlib.suppress(Exception):
                self._reader.close()
            self._reader = None

    @property
    def counts(self) -> dict[str, int]:
        """Number of messages of every topic that is read and present."""
        counts: dict[str, int] = {}
        for connection in self._connections:
            counts[connection.topic] = counts.get(connection.topic, 0) + connection.msgcount
        return counts

    @property
    def message_count(self) -> int:
        """Number of messages in the bag, of whatever topic."""
        assert self._reader is not None
        return int(self._reader.message_count)

    @property
    def topics(self) -> list[str]:
        """Every topic in the bag, sorted."""
        assert self._reader is not None
        return sorted({connection.topic for connection in self._reader.connections})

    @property
    def duration(self) -> float:
        """Time from the first to the last message of any topic [s]."""
        assert self._reader is not None
        return float(self._reader.duration) * 1e-9 if self.message_count else 0.0

    def __iter__(self) -> Iterator[tuple[int, str, Record]]:
        """Yield log time [ns], topic and record of every message of a read topic.

        Raises:
            BagError: The storage is damaged; what was yielded before is sound.
        """
        assert self._reader is not None
        if not self._connections:
            return
        messages = self._reader.messages(self._connections)
        while True:
            try:
                connection, log_time, octets = next(messages)
            except StopIteration:
                return
            except Exception as error:
                raise BagError(_cause(self.path, error)) from error
            yield log_time, connection.topic, self._record(connection, log_time, octets)

    def _check_path(self) -> None:
        if not self.path.exists():
            raise BagError(f'no such bag: {self.path}')
        if self.path.is_dir():
            if not (self.path / _METADATA).exists():
                raise BagError(f'{self.path} is no bag: the directory has no {_METADATA}')
        elif self.path.suffix != '.mcap':
            raise BagError(
                f'{self.path} is no bag: expected a rosbag2 directory or an .mcap file')

    def _accepted(self, connection: Connection) -> bool:
        expected = topics.READ_TOPICS.get(connection.topic)
        if expected is None:
            return False
        if connection.msgtype != expected:
            self._warn(
                f'{self.path}: topic {connection.topic} has type {connection.msgtype}, '
                f'expected {expected}; it is not read')
            return False
        self._stores[connection.id] = self._store_of(connection)
        return True

    def _store_of(self, connection: Connection) -> Typestore:
        definition = connection.msgdef
        if definition.format is MessageDefinitionFormat.NONE or not definition.data:
            return typestore()
        try:
            types = (
                get_types_from_msg(definition.data, connection.msgtype)
                if definition.format is MessageDefinitionFormat.MSG
                else get_types_from_idl(definition.data)
            )
            store = get_typestore(Stores.EMPTY)
            store.register(types)
            store.get_msgdef(connection.msgtype)
        except Exception as error:
            self._warn(
                f'{self.path}: the definition of {connection.msgtype} in the bag cannot be used '
                f'({_one_line(error)}); that of the package is taken')
            return typestore()
        return store

    def _record(self, connection: Connection, log_time: int, octets: bytes) -> Record:
        radio = connection.topic in (topics.OBU_FRAMES, topics.OBU_OBJECTS)
        try:
            message = self._stores[connection.id].deserialize_cdr(octets, connection.msgtype)
            return _DECODERS[connection.topic](message, log_time)
        except BatchError as error:
            return Unreadable(error.frames if radio else 0, 'inconsistent_batch', str(error))
        except Exception as error:
            return Unreadable(int(radio), 'unreadable_message', _one_line(error))


_DECODERS: dict[str, Callable[[Any, int], Record]] = {
    topics.OBU_FRAMES: lambda message, _: from_message.frame_batch(message),
    topics.OBU_STATUS: lambda message, _: from_message.obu_status(message),
    topics.ODOMETRY: lambda message, _: from_message.odometry(message),
    topics.VEHICLE_STATUS: lambda message, _: from_message.vehicle_status(message),
    topics.PLANNED_PATH: lambda message, _: from_message.planned_path(message),
    topics.MERGE_REQUEST: lambda message, _: merge_request(message),
    topics.PLATOON_REQUEST: lambda message, _: platoon_request(message),
    topics.OWN_DETECTIONS: from_message.object_reports,
    topics.OBU_OBJECTS: from_message.decoded_reports,
    topics.OBU_LANES: lambda message, _: road_maps(message),
    topics.OBU_ROAD_EVENTS: lambda message, _: road_events(message),
    topics.OBU_SIGNALS: lambda message, _: signal_reports(message),
}


def _cause(path: Path, error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f'cannot read bag {path}: permission denied'
    if 'end magic' in str(error):
        return f'cannot read bag {path}: the mcap file is truncated, its end is missing'
    kind = '' if isinstance(error, ReaderError) else f'{type(error).__name__}: '
    return f'cannot read bag {path}: {kind}{_one_line(error)}'


def _one_line(error: Exception) -> str:
    return ' '.join(str(error).split()) or type(error).__name__
