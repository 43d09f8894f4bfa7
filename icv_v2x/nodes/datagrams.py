# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Datagrams of an on-board unit gathered into batches of frames, free of any middleware."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.inputs import Encoding, FrameBatch, SignerRole, Standard, Verification

if TYPE_CHECKING:
    from collections.abc import Callable

    from icv_v2x.parameters.node_groups import Udp

# How soon a stop is seen [s].
_POLL = 0.2
_LARGEST = 65_535
# What the kernel holds while a batch is being handed over.
_BUFFER = 4 * 1024 * 1024


@dataclass
class DatagramCounts:
    """What became of the datagrams.

    Attributes:
        received: Datagrams in all.
        forwarded: Frames handed over.
        rejected: Reason to number.
    """

    received: int = 0
    forwarded: int = 0
    rejected: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str) -> None:
        """Count one that is dropped."""
        self.rejected[reason] = self.rejected.get(reason, 0) + 1


class DatagramReceiver:
    """Receives on a socket in a thread of its own and hands batches over.

    Attributes:
        counts: What became of the datagrams.
        port: Port that is listened on.
    """

    def __init__(
        self, settings: Udp, *, verification: Verification, clock: Callable[[], int],
        take: Callable[[FrameBatch], None],
    ) -> None:
        """Bind the socket.

        Args:
            settings: Addresses and limits.
            verification: What the unit guarantees of every frame.
            clock: Gives ROS time [ns].
            take: Takes a batch, in the thread of the receiver.

        Raises:
            OSError: The address cannot be bound.
        """
        self.counts = DatagramCounts()
        self._settings = settings
        self._verification = verification
        self._clock = clock
        self._take = take
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            self._socket.bind((settings.bind_address, settings.bind_port))
        except BaseException:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._running = threading.Event()
        self._running.set()
        self._thread = threading.Thread(target=self._run, name='datagrams', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the socket."""
        self._running.clear()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while self._running.is_set():
            frames = self._gather()
            if frames:
                self._take(self._batch(frames))
                self.counts.forwarded += len(frames)

    def _gather(self) -> list[tuple[int, bytes]]:
        """Return frames with their times of reception: those that came close together."""
        frames: list[tuple[int, bytes]] = []
        deadline = time.monotonic() + _POLL
        while len(frames) < self._settings.batch_frames:
            remaining = deadline - time.monotonic()
            if remaining <= 0.0:
                break
            self._socket.settimeout(remaining)
            try:
                datagram, (address, _) = self._socket.recvfrom(_LARGEST)
            except TimeoutError:
                break
            except OSError:
                # Of an earlier datagram sent to a closed port, as some systems report it here.
                self.counts.reject('socket_error')
                break
            frame = self._frame(datagram, address)
            if frame is None:
                continue
            frames.append(frame)
            if len(frames) == 1:
                deadline = time.monotonic() + self._settings.batch_time
        return frames

    def _frame(self, datagram: bytes, address: str) -> tuple[int, bytes] | None:
        self.counts.received += 1
        frame = datagram[self._settings.header_octets:]
        now = self._clock()
        if self._settings.sender_address not in ('', address):
            self.counts.reject('foreign_sender')
        elif not frame:
            self.counts.reject('too_short')
        elif len(frame) > self._settings.frame_octets:
            self.counts.reject('too_long')
        elif now <= 0:
            self.counts.reject('no_time_yet')
        else:
            return now, frame
        return None

    def _batch(self, frames: list[tuple[int, bytes]]) -> FrameBatch:
        count = len(frames)
        return FrameBatch(
            stamp=self._clock(),
            standard=Standard[self._settings.standard.upper()],
            encoding=Encoding[self._settings.encoding.upper()],
            reception_time=np.array([time for time, _ in frames], np.int64),
            length=np.array([len(frame) for _, frame in frames], np.uint32),
            payload=np.frombuffer(b''.join(frame for _, frame in frames), np.uint8),
            verification=np.full(count, self._verification, np.uint8),
            signer=np.zeros(count, np.uint64),
            aid=np.zeros(count, np.uint32),
            rssi=np.full(count, np.nan, np.float32),
            generation_time=np.zeros(count, np.int64),
            signer_role=np.full(count, SignerRole.UNKNOWN, np.uint8),
        )


class DatagramSender:
    """Sends frames to the unit, one datagram each.

    Attributes:
        sent: Frames sent.
        failed: Frames that the system did not take.
    """

    def __init__(self, settings: Udp) -> None:
        """Open the socket; nothing is sent where no port is set."""
        self.sent = 0
        self.failed = 0
        self._target = (settings.send_address, settings.send_port)
        self._limit = settings.frame_octets
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def send(self, batch: FrameBatch) -> None:
        """Send the frames of a batch."""
        payload = batch.payload.tobytes()
        begin = 0
        for length in batch.length.tolist():
            frame = payload[begin:begin + length]
            begin += length
            try:
                if not self._target[1] or not 0 < length <= self._limit:
                    raise OSError
                self._socket.sendto(frame, self._target)
                self.sent += 1
            except OSError:
                self.failed += 1

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
