# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""An append-only file whose records are chained, so that nothing changes or goes missing unseen.

A file begins with `MAGIC` and the digest that it continues (32 octets, zeros for the first). A
record is its length and CRC-32 (uint32, little-endian), its octets, and the SHA-256 of the digest
before it and those octets. Whoever is killed loses at most the record that was being written.
"""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

MAGIC = b'icvj\x01\n\x00\x00'
DIGEST = 32
NOTHING_BEFORE = bytes(DIGEST)
_HEAD = struct.Struct('<II')
_LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Damage:
    """Where a file stops being sound.

    Attributes:
        offset: First octet that cannot be trusted.
        reason: Why, for a person.
        torn: Whether only the end is missing, as after a kill.
    """

    offset: int
    reason: str
    torn: bool


class JournalWriter:
    """Appends records to a new file.

    Attributes:
        digest: Of the newest record; what the next file continues.
        size: Octets written.
    """

    def __init__(self, path: Path, before: bytes = NOTHING_BEFORE) -> None:
        """Begin a file.

        Args:
            path: Of the file; it must not exist.
            before: Digest that it continues.

        Raises:
            OSError: It exists or cannot be written.
        """
        self.path = path
        self.digest = before
        self._file = path.open('xb', buffering=0)
        self._file.write(MAGIC + before)
        self.size = len(MAGIC) + DIGEST

    def append(self, *records: bytes) -> None:
        """Append records in one write.

        Raises:
            OSError: They could not be written, or not completely; the writer is of no use then.
        """
        parts = []
        digest = self.digest
        for record in records:
            digest = hashlib.sha256(digest + record).digest()
            parts += [_HEAD.pack(len(record), zlib.crc32(record)), record, digest]
        octets = b''.join(parts)
        written = self._file.write(octets)
        if written != len(octets):
            raise OSError(f'{self.path}: {written} of {len(octets)} octets written')
        self.digest = digest
        self.size += len(octets)

    def sync(self) -> None:
        """Have the system put everything on the disk."""
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class JournalReader:
    """Reads a file record by record as far as it is sound; a context manager.

    Attributes:
        before: Digest that the file continues.
        digest: Of the newest record read.
        damage: Why reading ended before the end of the file, None where it did not.
    """

    def __init__(self, path: Path) -> None:
        """Remember what to read."""
        self.path = path
        self.before = self.digest = NOTHING_BEFORE
        self.damage: Damage | None = None

    def __enter__(self) -> JournalReader:
        """Open the file.

        Raises:
            OSError: It cannot be read.
            ValueError: It is no journal.
        """
        self._file = self.path.open('rb')
        head = self._file.read(len(MAGIC) + DIGEST)
        if head[:len(MAGIC)] != MAGIC or len(head) < len(MAGIC) + DIGEST:
            self._file.close()
            raise ValueError(f'{self.path} is no journal of events')
        self.before = self.digest = head[len(MAGIC):]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        """Yield records until the end or the first damage."""
        while True:
            begin = self._file.tell()
            head = self._file.read(_HEAD.size)
            if not head:
                return
            length, checksum = _HEAD.unpack(head.ljust(_HEAD.size, b'\0'))
            body = self._file.read(min(length, _LARGEST) + DIGEST)
            if length > _LARGEST:
                self.damage = Damage(begin, f'a record of {length} octets', torn=False)
            elif len(head) < _HEAD.size or len(body) < length + DIGEST:
                self.damage = Damage(begin, 'the last record is incomplete', torn=True)
            elif zlib.crc32(body[:length]) != checksum:
                self.damage = Damage(begin, 'a record does not match its checksum', torn=False)
            else:
                record, digest = body[:length], body[length:]
                if hashlib.sha256(self.digest + record).digest() != digest:
                    self.damage = Damage(begin, 'the chain is broken', torn=False)
                else:
                    self.digest = digest
                    yield record
                    continue
            return
