# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What radio frames tell about a recording: types, senders, rates, gaps, ages, what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.inputs import FrameBatch, Standard, Verification, join
from icv_v2x.message_set import Encoding, decode_frames

if TYPE_CHECKING:
    from icv_v2x.message_set import DecodedFrames

_FRAMES_AT_ONCE = 4096
_MOST_SENDERS = 10_000
"""More senders are counted, but not told apart: a flood must not fill the memory."""
_SECOND = 1e9
_MINUTE = 60.0
_AGE_STEP = 0.001
_AGE_LIMITS = (-1.0, 10.0)


class Ages:
    """Ages of messages in bins of a millisecond, so that the length of a bag does not matter."""

    def __init__(self) -> None:
        """Start without any."""
        bins = round((_AGE_LIMITS[1] - _AGE_LIMITS[0]) / _AGE_STEP)
        self._counts = np.zeros(bins, dtype=np.int64)

    def add(self, ages: NDArray[np.float64]) -> None:
        """Count ages.

        Args:
            ages: (n,) [s]; NaN is passed over, what lies beyond the bins counts in the last.
        """
        known = ages[np.isfinite(ages)]
        place = ((known - _AGE_LIMITS[0]) / _AGE_STEP).astype(np.int64)
        np.add.at(self._counts, np.clip(place, 0, self._counts.size - 1), 1)

    def quantile(self, share: float) -> float:
        """Give the age [s] that a share of the messages does not exceed; NaN without any."""
        total = int(self._counts.sum())
        if not total:
            return float('nan')
        place = int(np.searchsorted(np.cumsum(self._counts), max(1.0, share * total)))
        return _AGE_LIMITS[0] + (place + 0.5) * _AGE_STEP


@dataclass
class SenderTally:
    """One sender of one message type.

    Attributes:
        frames: Messages.
        first: Reception of the first [s].
        last: Reception of the newest [s].
        largest_gap: Longest time between two [s].
    """

    frames: int = 0
    first: float = 0.0
    last: float = 0.0
    largest_gap: float = 0.0

    def rate(self) -> float:
        """Give messages per second; NaN where there is but one."""
        span = self.last - self.first
        return (self.frames - 1) / span if span > 0.0 else float('nan')


@dataclass
class TypeTally:
    """All messages of one type.

    Attributes:
        frames: Messages.
        octets: Octets together.
        shortest: Octets of the shortest.
        longest: Octets of the longest.
        ages: From the message's own time to its reception.
        senders: By id as upper-case hex.
    """

    frames: int = 0
    octets: int = 0
    shortest: int = 1 << 30
    longest: int = 0
    ages: Ages = field(default_factory=Ages)
    senders: dict[str, SenderTally] = field(default_factory=dict)


class BagContents:
    """Collects the figures of a recording, batch by batch, in bounded memory.

    Attributes:
        frames: Radio frames in all.
        batches: Batches in all.
        types: Tally by message type.
        rejected: Frames that are no message, by reason.
        examples: First text of every reason.
        verification: Frames by verdict of the OBU.
        unavailable: Basic safety messages that lack a field, by field.
        senders_not_told_apart: Messages of senders beyond the limit of the table.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.frames = 0
        self.batches = 0
        self.types: dict[str, TypeTally] = {}
        self.rejected: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.verification: Counter[str] = Counter()
        self.unavailable: Counter[str] = Counter()
        self.senders_not_told_apart = 0
        self._waiting: list[FrameBatch] = []
        self._senders = 0

    def add(self, batch: FrameBatch) -> None:
        """Take a batch; it is decoded together with its neighbours."""
        self.frames += len(batch)
        self.batches += 1
        for verdict, count in zip(
                *np.unique(batch.verification, return_counts=True), strict=True):
            known = verdict in {int(entry) for entry in Verification}
            self.verification[Verification(verdict).name if known else f'{verdict}'] += int(count)
        if batch.standard != Standard.CSAE or batch.encoding not in (Encoding.UPER, Encoding.JER):
            self._reject('unsupported_standard_or_encoding', len(batch),
                         f'standard {batch.standard}, encoding {batch.encoding}')
            return
        if self._waiting and self._waiting[0].encoding != batch.encoding:
            self.finish()
        self._waiting.append(batch)
        if sum(len(waiting) for waiting in self._waiting) >= _FRAMES_AT_ONCE:
            self.finish()

    def lose(self, frames: int, reason: str, text: str) -> None:
        """Count frames of a message that could not be read."""
        self.frames += frames
        self._reject(reason, frames, text)

    def finish(self) -> None:
        """Decode what waits."""
        if not self._waiting:
            return
        batch = join(self._waiting)
        self._waiting = []
        decoded = decode_frames(
            batch.payload, batch.length, encoding=Encoding(batch.encoding))
        received = batch.reception_time / _SECOND
        for _, reason, text in decoded.rejected:
            self._reject(reason.value, 1, text)
        self._add_vehicles(decoded, batch, received)
        self._add_roadside(decoded, batch, received)
        self._add_sharing(decoded, batch, received)
        for frame, name, message in decoded.others:
            second = message.get('secMark', -1)
            age = _age(received[frame:frame + 1], np.array(
                [second * 1e-3 if 0 <= second < 61000 else np.nan]))
            self._add(name, batch.length[frame:frame + 1], age)
            self._heard(name, str(message.get('id', '-')), received[frame:frame + 1])

    def _reject(self, reason: str, frames: int, text: str) -> None:
        self.rejected[reason] += frames
        self.examples.setdefault(reason, text)

    def _add_vehicles(
        self, decoded: DecodedFrames, batch: FrameBatch, received: NDArray[np.float64],
    ) -> None:
        messages = decoded.bsm
        if not len(messages):
            return
        at = received[messages.frame]
        self._add('BasicSafetyMessage', batch.length[messages.frame], _age(at, messages.second))
        self._heard_many('BasicSafetyMessage', messages.temporary_id, at)
        for entry in fields(messages):
            column: Any = getattr(messages, entry.name)
            if entry.name == 'path_history':
                missing = int(np.count_nonzero(np.diff(column.offsets) == 0))
            elif entry.name.endswith('_available'):
                missing = int(np.count_nonzero(~column))
            elif column.dtype.kind == 'f':
                missing = int(np.count_nonzero(np.isnan(column)))
            else:
                continue
            if missing:
                self.unavailable[entry.name.removesuffix('_available')] += missing

    def _add_roadside(
        self, decoded: DecodedFrames, batch: FrameBatch, received: NDArray[np.float64],
    ) -> None:
        messages = decoded.rsm
        if not len(messages):
            return
        at = received[messages.frame]
        first = messages.participants.second[messages.offsets[:-1]]
        self._add('RoadsideSafetyMessage', batch.length[messages.frame], _age(at, first))
        self._heard_many('RoadsideSafetyMessage', messages.roadside_id, at)

    def _add_sharing(
        self, decoded: DecodedFrames, batch: FrameBatch, received: NDArray[np.float64],
    ) -> None:
        messages = decoded.ssm
        if not len(messages):
            return
        at = received[messages.frame]
        self._add('SensorSharingMsg', batch.length[messages.frame], _age(at, messages.second))
        self._heard_many('SensorSharingMsg', messages.sender_id, at)

    def _add(self, name: str, length: NDArray[np.uint32], ages: NDArray[np.float64]) -> None:
        tally = self.types.setdefault(name, TypeTally())
        tally.frames += length.size
        tally.octets += int(length.sum())
        tally.shortest = min(tally.shortest, int(length.min()))
        tally.longest = max(tally.longest, int(length.max()))
        tally.ages.add(ages)

    def _heard_many(
        self, name: str, senders: NDArray[np.uint64], received: NDArray[np.float64],
    ) -> None:
        order = np.argsort(senders, kind='stable')
        found, begin = np.unique(senders[order], return_index=True)
        for sender, times in zip(found, np.split(received[order], begin[1:]), strict=True):
            self._heard(name, f'{int(sender):016X}', times)

    def _heard(self, name: str, sender: str, received: NDArray[np.float64]) -> None:
        senders = self.types[name].senders
        tally = senders.get(sender)
        times = np.sort(received)
        if tally is None:
            if self._senders >= _MOST_SENDERS:
                self.senders_not_told_apart += times.size
                return
            self._senders += 1
            tally = senders[sender] = SenderTally(first=float(times[0]), last=float(times[0]))
        gaps = np.diff(times, prepend=tally.last)
        tally.largest_gap = max(tally.largest_gap, float(gaps.max()))
        tally.last = max(tally.last, float(times[-1]))
        tally.frames += times.size


def _age(received: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compare reception with a time in the minute, both (n,) [s]; at most half a minute apart."""
    age: NDArray[np.float64] = (received - second + _MINUTE / 2) % _MINUTE - _MINUTE / 2
    return age
