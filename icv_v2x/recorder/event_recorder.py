# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps what came shortly before and after every event; what happens between is forgotten."""

from __future__ import annotations

import contextlib
import json
import struct
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from icv_v2x.recorder.journal import NOTHING_BEFORE, JournalReader, JournalWriter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SECOND = 1_000_000_000
EVENTS, WINDOW, SUFFIX = 'events', 'window', '.icvj'
MESSAGE = struct.Struct('<Bqi')
"""Head of a recorded message: kind, time [ns], number of the topic."""
_RETRY = 5 * SECOND
_MINUTE = 60 * SECOND


class Kind(IntEnum):
    """First octet of a record."""

    EVENT = 1
    TOPICS = 2
    PARAMETERS = 3
    MESSAGE = 4


@dataclass(frozen=True)
class Limits:
    """How much is kept.

    Attributes:
        before: Time before an event that is kept [s].
        after: Time after an event that is kept [s].
        longest: A window that further events keep open ends after this [s]; a new one begins.
        memory: Octets of messages that are held for what may come.
        disk: Octets of all files; the oldest windows go first, the list of events stays.
        events: Events in one file of the list; at least so many are kept.
        rate: Events of one kind in a minute; what is beyond is counted.
    """

    before: float = 30.0
    after: float = 15.0
    longest: float = 180.0
    memory: int = 128 * 1024 * 1024
    disk: int = 16 * 1024 * 1024 * 1024
    events: int = 2500
    rate: int = 30


@dataclass(frozen=True)
class Event:
    """Something that is worth keeping.

    Attributes:
        time: When [ns], on the clock of the messages.
        kind: `advisory`, `mode`, `misbehaviour`, `fault` or what the recorder's user says.
        text: One line for a person.
        details: Figures, JSON values.
        number: In the list, from 1 on; 0 before it is there.
        window: Name of the file with the messages around it, '' where there is none.
    """

    time: int
    kind: str
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0
    window: str = ''


class EventRecorder:
    """Takes every message as octets, and events; writes files only around events.

    No error of the disk leaves it: what could not be written is counted in `dropped`, and writing
    is tried again a little later.

    Attributes:
        events: Events written since the start.
        dropped: Messages and events that could not be written.
        suppressed: Kind to number of events beyond the rate.
    """

    def __init__(
        self, folder: Path, topics: Mapping[str, str], *, parameters: str = '',
        limits: Limits | None = None,
    ) -> None:
        """Continue the chain of a folder.

        Args:
            folder: Where the files go; it is made where it is not there.
            topics: Topic to type of everything that is recorded.
            parameters: The parameter file in force, as text.
            limits: How much is kept.

        Raises:
            OSError: The folder cannot be made or read.
        """
        self.limits = limits or Limits()
        self.events = 0
        self.dropped = 0
        self.suppressed: dict[str, int] = {}
        self._folder = folder
        self._topics = dict(topics)
        self._index = {topic: number for number, topic in enumerate(self._topics)}
        self._parameters = parameters
        self._ring: deque[tuple[int, bytes]] = deque()
        self._ring_size = 0
        self._window: JournalWriter | None = None
        self._opened = self._until = 0
        self._list: JournalWriter | None = None
        self._in_list = 0
        self._broken: int | None = None
        self._recent: dict[str, deque[int]] = {}
        folder.mkdir(parents=True, exist_ok=True)
        self._number, self._digest = _continued(folder)

    @property
    def broken(self) -> bool:
        """Whether the last write failed."""
        return self._broken is not None

    def message(self, topic: str, time: int, octets: bytes) -> None:
        """Take a message.

        Args:
            topic: One of the topics.
            time: When it came [ns].
            octets: As it was serialised (CDR).
        """
        record = MESSAGE.pack(Kind.MESSAGE, time, self._index[topic]) + octets
        self._ring.append((time, record))
        self._ring_size += len(record)
        oldest = time - round(self.limits.before * SECOND)
        while self._ring and (
                self._ring[0][0] < oldest or self._ring_size > self.limits.memory):
            self._ring_size -= len(self._ring.popleft()[1])
        if self._window is not None:
            self._write_message(record)
            self.advance(time)

    def event(self, event: Event) -> Event | None:
        """Write an event down, with what came before it, and keep what comes after.

        Args:
            event: What happened.

        Returns:
            The event with its number, None where its kind came too often or the disk failed.
        """
        if not self._admit(event):
            return None
        if not self._writable(event.time):
            self.dropped += 1
            return None
        try:
            if self._window is None or event.time - self._opened > self.limits.longest * SECOND:
                self._open_window(event.time)
            assert self._window is not None
            self._until = event.time + round(self.limits.after * SECOND)
            self._number += 1
            done = Event(
                event.time, event.kind, event.text, event.details, self._number,
                self._window.path.name)
            record = _event_record(done)
            self._window.append(record)
            self._append_to_list(record)
            self._window.sync()
        except OSError:
            self._fail(event.time)
            return None
        self.events += 1
        self._broken = None
        return done

    def advance(self, time: int) -> None:
        """Close the window whose time is over.

        Args:
            time: Now [ns].
        """
        if self._window is not None and time > self._until:
            self._close_window()

    def clear(self) -> None:
        """Forget what was held, as where time runs back."""
        self._close_window()
        self._ring.clear()
        self._ring_size = 0

    def close(self) -> None:
        """Close all files."""
        self._close_window()
        if self._list is not None:
            with contextlib.suppress(OSError):
                self._list.sync()
                self._list.close()
            self._digest, self._list = self._list.digest, None

    def _admit(self, event: Event) -> bool:
        recent = self._recent.setdefault(event.kind, deque(maxlen=self.limits.rate))
        if len(recent) == self.limits.rate and 0 <= event.time - recent[0] < _MINUTE:
            self.suppressed[event.kind] = self.suppressed.get(event.kind, 0) + 1
            return False
        recent.append(event.time)
        return True

    def _writable(self, time: int) -> bool:
        return self._broken is None or not 0 <= time - self._broken < _RETRY

    def _fail(self, time: int) -> None:
        self.dropped += 1
        self._broken = time
        for writer in (self._window, self._list):
            if writer is not None:
                with contextlib.suppress(OSError):
                    writer.close()
        if self._list is not None:
            self._digest = self._list.digest
        self._window = self._list = None

    def _open_window(self, time: int) -> None:
        self._close_window()
        self._make_room()
        # A window continues the newest event, so that none can be exchanged for another.
        before = self._list.digest if self._list is not None else self._digest
        self._window = JournalWriter(
            _free_name(self._folder, f'{WINDOW}-{self._number + 1:08d}'), before)
        self._opened = time
        self._window.append(
            bytes([Kind.TOPICS]) + json.dumps(list(self._topics.items())).encode(),
            bytes([Kind.PARAMETERS]) + self._parameters.encode(),
            *(record for _, record in self._ring))

    def _write_message(self, record: bytes) -> None:
        assert self._window is not None
        try:
            self._window.append(record)
        except OSError:
            self._fail(MESSAGE.unpack_from(record)[1])

    def _close_window(self) -> None:
        if self._window is not None:
            with contextlib.suppress(OSError):
                self._window.sync()
                self._window.close()
            self._window = None

    def _append_to_list(self, record: bytes) -> None:
        if self._list is not None and self._in_list >= self.limits.events:
            self._list.close()
            self._digest, self._list = self._list.digest, None
        if self._list is None:
            self._list = JournalWriter(
                _free_name(self._folder, f'{EVENTS}-{self._number:08d}'), self._digest)
            self._in_list = 0
            self._shorten_list()
        self._list.append(record)
        self._list.sync()
        self._in_list += 1

    def _shorten_list(self) -> None:
        """Give the oldest files of the list up, and the windows that only they vouch for."""
        lists = files(self._folder, EVENTS)
        enough = self._number - self.limits.events
        kept = [
            path for path, after in zip(lists, [*lists[1:], None], strict=True)
            if after is None or first_event(after) > enough]
        for path in [*lists, *files(self._folder, WINDOW)]:
            if first_event(path) < first_event(kept[0]):
                path.unlink()

    def _make_room(self) -> None:
        windows = files(self._folder, WINDOW)
        sizes = [path.stat().st_size for path in windows]
        total = sum(sizes)
        for path, size in zip(windows, sizes, strict=True):
            if total <= self.limits.disk:
                return
            path.unlink()
            total -= size


def files(folder: Path, kind: str) -> list[Path]:
    """Return the files of one kind, `EVENTS` or `WINDOW`, in the order of their begin."""
    return sorted(folder.glob(f'{kind}-*{SUFFIX}'))


def first_event(path: Path) -> int:
    """Return the number of the first event of a file, by its name."""
    return int(path.name.split('-')[1].removesuffix(SUFFIX))


def event_of(record: bytes) -> Event | None:
    """Return the event in a record, None where it is another kind of record."""
    if record[:1] != bytes([Kind.EVENT]):
        return None
    return Event(**json.loads(record[1:]))


def _event_record(event: Event) -> bytes:
    values = {**vars(event), 'details': dict(event.details)}
    return bytes([Kind.EVENT]) + json.dumps(values, separators=(',', ':')).encode()


def _free_name(folder: Path, stem: str) -> Path:
    """Return a name that is not taken, after a number that a torn file may hold already."""
    for again in range(1000):
        path = folder / f'{stem}{f"-{again}" if again else ""}{SUFFIX}'
        if not path.exists():
            return path
    raise OSError(f'{folder}: no free name for {stem}')


def _continued(folder: Path) -> tuple[int, bytes]:
    """Return number and digest of the newest event of a folder."""
    number, digest = 0, NOTHING_BEFORE
    for path in reversed(files(folder, EVENTS)):
        with contextlib.suppress(ValueError), JournalReader(path) as journal:
            for record in journal:
                event = event_of(record)
                number = max(number, event.number if event else 0)
            digest = journal.digest
        if number:
            break
    return number, digest
