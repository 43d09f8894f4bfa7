# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Records written as a bag that ROS 2 and this package read alike."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rosbags.rosbag2 import StoragePlugin, Writer, WriterError

from icv_v2x.inputs import (
    FrameBatch,
    MergeRequest,
    ObuStatus,
    Odometry,
    PlannedPath,
    PlatoonRequest,
    VehicleStatus,
)
from icv_v2x.interchange import topics
from icv_v2x.interchange.errors import BagError
from icv_v2x.interchange.message_types import typestore
from icv_v2x.interchange.to_message import MessageEncoder
from icv_v2x.roads import road_model
from icv_v2x.translate.lanes import RoadMaps
from icv_v2x.translate.reports import DecodedReports, ObjectReports
from icv_v2x.translate.road_events import RoadEvents
from icv_v2x.translate.signal_reports import SignalReports

if TYPE_CHECKING:
    from types import TracebackType

    from rosbags.interfaces import Connection

Input = (
    FrameBatch | Odometry | VehicleStatus | PlannedPath | ObjectReports | MergeRequest
    | PlatoonRequest | RoadMaps | RoadEvents | DecodedReports | SignalReports | ObuStatus
)
"""A record that can be written; its kind decides the topic."""

# rosbag2 metadata that every distribution since Humble reads has to be of the older layout.
_VERSION: Literal[8] = 8

SIMULATED = 'icv_v2x.simulated'
"""Key of a bag's custom data whose value `true` says that a computer made the recording."""


class BagWriter:
    """Writes a rosbag2 directory with mcap storage; a context manager.

    Where the block ends with an exception, the unfinished directory is removed.
    """

    def __init__(
        self, path: Path | str, *, replace: bool = False, simulated: bool = False,
    ) -> None:
        """Remember what to write.

        Args:
            path: Directory to make.
            replace: Remove a bag of that name first; anything but a bag is never removed.
            simulated: A computer made what is written, and the bag is to say so.
        """
        self.path = Path(path)
        self._replace = replace
        self._simulated = simulated
        self._types = typestore()
        self._encoder = MessageEncoder(self._types.types.__getitem__)
        self._writer: Writer | None = None
        self._connections: dict[str, Connection] = {}

    def __enter__(self) -> BagWriter:
        """Make the directory.

        Raises:
            BagError: It exists already or cannot be made.
        """
        if self._replace and (self.path / 'metadata.yaml').is_file():
            shutil.rmtree(self.path)
        try:
            self._writer = Writer(
                self.path, version=_VERSION, storage_plugin=StoragePlugin.MCAP)
            if self._simulated:
                self._writer.set_custom_data(SIMULATED, 'true')
            self._writer.open()
        except (OSError, WriterError) as error:
            self._writer = None
            cause = 'it exists already' if self.path.exists() else str(error)
            raise BagError(f'cannot write bag {self.path}: {cause}') from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish the bag, or remove what an exception left unfinished."""
        assert self._writer is not None
        writer, self._writer = self._writer, None
        if kind is None:
            writer.close()
            return
        with contextlib.suppress(Exception):
            writer.abort()
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, log_time: int, record: Input) -> None:
        """Append one record.

        Args:
            log_time: When it was received [ns since the Unix epoch]; increasing.
            record: What to write.
        """
        topic, message = self._message(record, log_time)
        self.write_message(log_time, topic, topics.READ_TOPICS[topic], message)

    def write_message(self, log_time: int, topic: str, type_name: str, message: Any) -> None:
        """Append one message of any topic.

        Args:
            log_time: When it was received [ns since the Unix epoch].
            topic: Its topic.
            type_name: Full name of its type.
            message: Object of the class that `types` gives for that name.
        """
        self.write_octets(
            log_time, topic, type_name, self._types.serialize_cdr(message, type_name))

    def write_octets(
        self, log_time: int, topic: str, type_name: str, octets: bytes | memoryview,
    ) -> None:
        """Append one message that is serialised already.

        Args:
            log_time: When it was received [ns since the Unix epoch].
            topic: Its topic.
            type_name: Full name of its type.
            octets: The message (CDR).
        """
        assert self._writer is not None
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(
                topic, type_name, typestore=self._types)
        self._writer.write(self._connections[topic], log_time, octets)

    def _message(  # noqa: PLR0911 - one return by kind of record
        self, record: Input, log_time: int,
    ) -> tuple[str, Any]:
        encoder = self._encoder
        if isinstance(record, FrameBatch):
            return topics.OBU_FRAMES, encoder.obu_frames(record)
        if isinstance(record, ObuStatus):
            return topics.OBU_STATUS, encoder.obu_status(record)
        if isinstance(record, Odometry):
            return topics.ODOMETRY, encoder.odometry(record)
        if isinstance(record, VehicleStatus):
            return topics.VEHICLE_STATUS, encoder.vehicle_status(record)
        if isinstance(record, PlannedPath):
            return topics.PLANNED_PATH, encoder.path(record)
        if isinstance(record, MergeRequest):
            return topics.MERGE_REQUEST, encoder.merge_request(record)
        if isinstance(record, PlatoonRequest):
            return topics.PLATOON_REQUEST, encoder.platoon_request(record)
        if isinstance(record, RoadMaps):
            return topics.OBU_LANES, encoder.lane_array(road_model(record.maps), record.stamp)
        if isinstance(record, RoadEvents):
            return topics.OBU_ROAD_EVENTS, encoder.road_event_array(record, log_time)
        if isinstance(record, DecodedReports):
            return topics.OBU_OBJECTS, encoder.decoded_objects(record.reports, log_time)
        if isinstance(record, SignalReports):
            return topics.OBU_SIGNALS, encoder.signal_reports(record, log_time)
        stamp = int(record.time[0]) if len(record) else 0
        return topics.OWN_DETECTIONS, encoder.object_array(record, stamp)
