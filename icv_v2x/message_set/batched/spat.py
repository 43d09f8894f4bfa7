# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""SPAT frames of the plain form read together, those of one layout at once.

Units tell the same intersections and phases ten times a second, so that nothing but the numbers
changes from one frame to the next. Where the bits of a frame that decide on its layout (what is
there, and how often) are those of a layout known already, all its numbers lie at known places.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icv_v2x.message_set.plain_spat import (
    ALTERNATIVE,
    CONFIDENCES,
    FORMS,
    LIGHTS,
    MINUTES,
    NAMES,
    TIME_MARKS,
)
from icv_v2x.message_set.quantities import ABSENT, QUANTITIES, Raw, Real
from icv_v2x.message_set.records.spat_columns import SpatColumns, merged

_KNOWN, _LONGEST = 64, 1500
"""Layouts that are remembered, and most octets of their frames: a bound on the memory."""
_NEW_AT_ONCE = 8
"""Layouts that are learnt from one batch; what is left is read one by one."""
_CONFIDENCE = 'timeConfidence'
_WHOLE_OCTET = 8


class _NotPlainError(Exception):
    """The frame is not of the plain form."""


@dataclass
class _Walk:
    """A frame on the way through its fields: which bits decide, and where the numbers lie."""

    octets: bytes
    position: int = 0
    fixed: list[tuple[int, int]] = field(default_factory=list)
    leaves: list[tuple[int, int, int]] = field(default_factory=list)

    def decide(self, width: int) -> int:
        """Read bits that decide on the layout."""
        start, self.position = self.position, self.position + width
        left = 8 * len(self.octets) - self.position
        if left < 0:
            raise _NotPlainError
        self.fixed.append((start, width))
        return int.from_bytes(self.octets, 'big') >> left & (1 << width) - 1

    def number(self, width: int, most: int | None = None) -> int:
        """Pass a number; return its place among the numbers of the frame."""
        limit = (1 << width) - 1 if most is None else most
        self.leaves.append((self.position, width, limit))
        self.position += width
        return len(self.leaves) - 1

    def stamp(self, options: int) -> tuple[int, int]:
        """Pass minute and second; the lowest two bits of the options say what is there."""
        minute = self.number(20, MINUTES) if options & 2 else -1
        return minute, self.number(16) if options & 1 else -1


@dataclass
class _Places:
    """Where the numbers of each level lie among the numbers of a frame, -1 for nowhere."""

    stamp: tuple[int, int] = (-1, -1)
    intersections: list[tuple[int, int, int, int, int]] = field(default_factory=list)
    phases: list[tuple[int, int]] = field(default_factory=list)
    states: list[tuple[int, int, bool, tuple[int, ...], int]] = field(default_factory=list)


def _walked(walk: _Walk) -> _Places:
    """Go through a frame; raises _NotPlainError where it is not of the plain form."""
    places = _Places()
    options = walk.decide(8)
    # Four bits of the frame, then extension, minute, second and name of the message.
    if options >> 4 != ALTERNATIVE or options & 0b1001:
        raise _NotPlainError
    walk.number(7)
    places.stamp = walk.stamp(options >> 1)
    for _ in range(walk.decide(5) + 1):
        _intersection(walk, places)
    if not 0 <= 8 * len(walk.octets) - walk.position < _WHOLE_OCTET:
        raise _NotPlainError
    return places


def _intersection(walk: _Walk, places: _Places) -> None:
    # Extension, minute, second, time confidence; then whether the region is given.
    options = walk.decide(5)
    if options & 0b10010:
        raise _NotPlainError
    region = walk.number(16) if options & 1 else -1
    node, status = walk.number(16), walk.number(16)
    places.intersections.append((region, node, status, *walk.stamp(options >> 2)))
    for _ in range(walk.decide(4) + 1):
        places.phases.append((len(places.intersections) - 1, walk.number(8)))
        for _ in range(walk.decide(4) + 1):
            _state(walk, places)


def _state(walk: _Walk, places: _Places) -> None:
    # Extension, timing, extension of the light, light; where there is a timing extension and
    # alternative of the choice and five options.
    head = walk.decide(3)
    if head & 0b101:
        raise _NotPlainError
    light = walk.number(4, len(LIGHTS) - 1)
    found: dict[str, int] = {}
    form = 0
    if head & 0b010:
        head = walk.decide(7)
        if head & 0b1000000:
            raise _NotPlainError
        form = head >> 5
        for name, _, mask, _ in FORMS[form][1][head & 31][1]:
            octet = name == _CONFIDENCE
            found[name] = walk.number(mask.bit_length(), CONFIDENCES if octet else TIME_MARKS)
    times = tuple(found.get(name, -1) for name in NAMES[form] if name != _CONFIDENCE)
    places.states.append(
        (len(places.phases) - 1, light, bool(form), times, found.get(_CONFIDENCE, -1)))


class _Layout:
    """One layout: how its frames are known, and where their numbers lie."""

    def __init__(self, octets: bytes) -> None:
        """Learn it from one frame; raises _NotPlainError where that is not of the plain form."""
        walk = _Walk(octets)
        places = _walked(walk)
        mask = np.zeros(8 * len(octets), np.uint8)
        for start, width in walk.fixed:
            mask[start:start + width] = 1
        self._mask = np.packbits(mask)
        self._fixed = np.frombuffer(octets, np.uint8) & self._mask
        position, width, self._most = np.array(walk.leaves, np.int64).T
        self._octet = position >> 3
        self._shift = 64 - width - (position & 7)
        self._bits = (1 << width) - 1
        self._stamp = places.stamp
        self._intersections = np.array(places.intersections, np.intp).T
        self._owner, self._phase = np.array(places.phases, np.intp).T
        of_phase, light, utc, times, confidence = zip(*places.states, strict=True)
        self._of_phase, self._light = np.array(of_phase), np.array(light)
        self._utc, self._confidence = np.array(utc, np.bool_), np.array(confidence)
        self._times = np.array(times, np.intp)

    def fits(self, content: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Tell which frames (n, octets) are of this layout, (n,)."""
        alike: NDArray[np.bool_] = ((content & self._mask) == self._fixed).all(axis=1)
        return alike

    def read(
        self, words: Raw, start: Raw, frame: Raw
    ) -> tuple[SpatColumns, NDArray[np.bool_]]:
        """Read frames of this layout.

        Args:
            words: Eight octets from every octet of the batch on.
            start: First octet of each frame, (n,).
            frame: Index of each frame in its batch, (n,).

        Returns:
            The messages of those whose numbers lie in their limits, and which these are, (n,).
        """
        numbers = words.take(start[:, np.newaxis] + self._octet)
        numbers >>= self._shift
        numbers &= self._bits
        good: NDArray[np.bool_] = (numbers <= self._most).all(axis=1)
        numbers = numbers[good]
        # The last column stands for what is not there, and is what the place -1 points to.
        numbers = np.concatenate(
            [numbers, np.full((len(numbers), 1), ABSENT, np.int64)], axis=1)
        count = np.arange(len(numbers))[:, np.newaxis]
        region, node, status, own_minute, own_second = (
            numbers[:, column] for column in self._intersections)
        minute, second = self._stamps(numbers, own_minute, own_second)

        def numbered(rows: NDArray[Any], size: int) -> Raw:
            return np.asarray(count * size + rows, np.int64).ravel()

        return SpatColumns(
            frame=frame[good],
            message=np.repeat(count, node.shape[1]),
            minute=minute.ravel(),
            second=second.ravel(),
            region=np.where(region == ABSENT, -1, region).ravel(),
            node=node.ravel(),
            status=_from_the_first(status.ravel()),
            intersection=numbered(self._owner, node.shape[1]),
            phase=numbers[:, self._phase].ravel(),
            of_phase=numbered(self._of_phase, len(self._phase)),
            light=numbers[:, self._light].ravel(),
            utc=np.tile(self._utc, len(numbers)),
            codes=numbers[:, self._times].reshape(-1, self._times.shape[1]),
            confidence=numbers[:, self._confidence].ravel(),
        ), good

    def _stamps(self, numbers: Raw, own_minute: Raw, own_second: Raw) -> tuple[Real, Real]:
        """Return minute and second of the intersections, of their messages where not given."""
        to_si = QUANTITIES['DSecond'].to_si
        minute, second = numbers[:, self._stamp[0]], numbers[:, self._stamp[1]]
        own, shared = to_si(own_second), to_si(second)[:, np.newaxis]
        # A minute without its second says too little.
        stated = ~np.isnan(own)
        seconds = np.where(stated, own, shared)
        minutes = np.where(stated, own_minute, minute[:, np.newaxis])
        known = (minutes != ABSENT) & ~np.isnan(seconds)
        return np.where(known, minutes, np.nan), seconds


_layouts: dict[int, list[_Layout]] = {}


def decode_columns(
    octets: NDArray[np.uint8], words: Raw, frames: Raw, start: Raw, length: Raw
) -> tuple[SpatColumns | None, Raw]:
    """Read the frames that are SPAT of the plain form.

    Args:
        octets: The frames of the batch, one after the other, (m,).
        words: The words of `words_of` of these.
        frames: Indices of the frames that begin like a SPAT, (k,).
        start: First octet of each frame of the batch.
        length: Octets of each frame of the batch.

    Returns:
        Their messages, None where there are none, and the indices of the frames read.
    """
    parts = []
    new = 0
    for size in np.unique(length[frames]).tolist():
        if size > _LONGEST:
            break
        left = frames[length[frames] == size]
        content = octets[start[left][:, np.newaxis] + np.arange(size)]
        known = _layouts.get(size, [])
        while len(left):
            layout = next((one for one in known if one.fits(content[:1])[0]), None)
            if layout is None:
                new += 1
                layout = _learnt(content[0].tobytes()) if new <= _NEW_AT_ONCE else None
                known = _layouts.get(size, [])
            if layout is None:
                left, content = left[1:], content[1:]
                continue
            fitting = layout.fits(content)
            part, _ = layout.read(words, start[left[fitting]], left[fitting])
            parts.append(part)
            left, content = left[~fitting], content[~fitting]
    if not parts:
        return None, frames[:0]
    columns = merged(parts)
    return columns, columns.frame


def _learnt(octets: bytes) -> _Layout | None:
    """Return the layout of a frame and remember it, None where it is not of the plain form."""
    try:
        layout = _Layout(octets)
    except _NotPlainError:
        return None
    if sum(map(len, _layouts.values())) >= _KNOWN:
        oldest = next(iter(_layouts))
        _layouts[oldest].pop(0)
        if not _layouts[oldest]:
            del _layouts[oldest]
    _layouts.setdefault(len(octets), []).append(layout)
    return layout


def _from_the_first(bits: Raw) -> Raw:
    """Return 16 bits counted from the first, which is the highest on the wire."""
    turned = np.zeros_like(bits)
    for place in range(16):
        turned |= (bits >> place & 1) << (15 - place)
    return turned
