# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Radio frames one by one, so that each can be lost, held, repeated or changed alone."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.inputs import CertificateScope, FrameBatch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Longs = NDArray[np.int64]

_OF_A_BATCH = ('stamp', 'standard', 'encoding')
_PER_FRAME = tuple(
    f.name for f in fields(FrameBatch)
    if f.name not in (*_OF_A_BATCH, 'length', 'payload', 'scope'))
# Columns of the scope among those of a frame.
_SCOPE = {f'certificate_{f.name}': f.name for f in fields(CertificateScope)}


@dataclass(frozen=True)
class AirFrames:
    """n frames with all that their batches said of them.

    Attributes:
        log_time: (n,) when the frame's batch was logged [ns].
        stamp: (n,) when the driver handed that batch over [ns].
        standard: (n,) values of `Standard`.
        encoding: (n,) values of `Encoding`.
        columns: Name to (n,), the other per-frame columns of `FrameBatch`, and those of
            `CertificateScope` under `certificate_` and their names.
        octets: The n frames.
    """

    log_time: Longs
    stamp: Longs
    standard: Longs
    encoding: Longs
    columns: dict[str, NDArray[Any]]
    octets: tuple[bytes, ...]

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.octets)

    @staticmethod
    def of(log_time: int, batch: FrameBatch) -> AirFrames:
        """Return the frames of a batch that was logged at a time [ns]."""
        count = len(batch)
        ends = np.cumsum(batch.length, dtype=np.int64)
        content = batch.payload.tobytes()
        scope = CertificateScope.not_given(count) if batch.scope is None else batch.scope
        return AirFrames(
            log_time=np.full(count, log_time, np.int64),
            stamp=np.full(count, batch.stamp, np.int64),
            standard=np.full(count, batch.standard, np.int64),
            encoding=np.full(count, batch.encoding, np.int64),
            columns={
                **{name: getattr(batch, name) for name in _PER_FRAME},
                **{column: getattr(scope, name) for column, name in _SCOPE.items()}},
            octets=tuple(
                content[end - length:end]
                for end, length in zip(ends.tolist(), batch.length.tolist(), strict=True)),
        )

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> AirFrames:
        """Return the frames of the given rows (indices, also repeated, or mask)."""
        index = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return AirFrames(
            self.log_time[index], self.stamp[index], self.standard[index], self.encoding[index],
            {name: column[index] for name, column in self.columns.items()},
            tuple(self.octets[row] for row in index.tolist()),
        )

    def later(self, delay: Longs) -> AirFrames:
        """Return the frames received, handed over and logged later by (n,) [ns]."""
        columns = dict(self.columns)
        columns['reception_time'] = columns['reception_time'] + delay
        return replace(
            self, log_time=self.log_time + delay, stamp=self.stamp + delay, columns=columns)

    def with_octets(self, octets: Sequence[bytes]) -> AirFrames:
        """Return the frames with other content."""
        return replace(self, octets=tuple(octets))

    def batches(self) -> list[tuple[int, FrameBatch]]:
        """Return (log time, batch) in the order of time; what was handed over together stays so.

        Frames logged at one instant keep their order.
        """
        order = np.argsort(self.log_time, kind='stable')
        made = []
        keys = (self.log_time, self.stamp, self.standard, self.encoding)
        groups = itertools.groupby(
            order.tolist(), key=lambda row: tuple(int(key[row]) for key in keys))
        for (log_time, stamp, standard, encoding), rows in groups:
            index = np.array(list(rows), np.intp)
            octets = [self.octets[row] for row in index.tolist()]
            made.append((log_time, FrameBatch(
                stamp=stamp, standard=standard, encoding=encoding,
                length=np.array([len(frame) for frame in octets], np.uint32),
                payload=np.frombuffer(b''.join(octets), np.uint8),
                scope=self._scope(index),
                **{name: self.columns[name][index] for name in _PER_FRAME},
            )))
        return made

    def _scope(self, index: NDArray[np.intp]) -> CertificateScope | None:
        """Return when and where the certificates of some frames hold, None: nothing is given."""
        scope = CertificateScope(**{
            name: self.columns[column][index] for column, name in _SCOPE.items()})
        given = (scope.begin != 0) | (scope.end != 0) | scope.has_region
        return scope if given.any() else None


def joined(parts: Sequence[AirFrames]) -> AirFrames:
    """Return frames of several records as one, in the order given; at least one part."""
    if len(parts) == 1:
        return parts[0]
    return AirFrames(
        np.concatenate([part.log_time for part in parts]),
        np.concatenate([part.stamp for part in parts]),
        np.concatenate([part.standard for part in parts]),
        np.concatenate([part.encoding for part in parts]),
        {
            name: np.concatenate([part.columns[name] for part in parts])
            for name in parts[0].columns
        },
        tuple(octets for part in parts for octets in part.octets),
    )
