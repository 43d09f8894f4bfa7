# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""A road-side unit for tests: SPAT frames into a signal store, through the codec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from strategies.radio_frames import parameters

from icv_v2x.inputs import FrameBatch, SignerRole, Verification
from icv_v2x.interchange.broadcast import Frame, batch_of
from icv_v2x.interchange.signal_plans import (
    SPAT_AID,
    FixedCycle,
    State,
    intersection_value,
    spat_octets,
)
from icv_v2x.message_set.batch import decode_frames
from icv_v2x.parameters import Parameters
from icv_v2x.signals import Signals, SignalStore
from icv_v2x.translate.csae_spat import reports_from_spat
from icv_v2x.translate.refusals import Refusal
from icv_v2x.translate.signal_reports import Light, SignalReports

SECOND = 1_000_000_000
START = 1_763_798_400 * SECOND
"""2025-11-22T08:00:00Z, where the hour begins."""
UNIT = 0xA1
PLAN = FixedCycle((
    (Light.RED, 30.0), (Light.PROTECTED_GREEN, 25.0), (Light.YELLOW, 3.0)))


def at(seconds: float) -> int:
    """Return an instant [ns] by the seconds since `START`."""
    return START + round(seconds * 1e3) * 1_000_000


def radio(
    octets: Sequence[bytes], sent: int, *, signer: int = UNIT, latency: float = 0.02,
    verification: Verification = Verification.VERIFIED,
    role: SignerRole = SignerRole.ROADSIDE, generated: bool = True,
) -> FrameBatch:
    """Return frames as an on-board unit hands them over."""
    received = sent + round(latency * 1e9)
    batch = batch_of([
        Frame(received, sent if generated else 0, frame, verification, signer, role, SPAT_AID)
        for frame in octets
    ], received)
    return replace(batch, rssi=np.zeros(len(octets), np.float32))


def reports(
    batch: FrameBatch, settings: Parameters | None = None,
) -> tuple[SignalReports, tuple[Refusal, ...]]:
    """Return what the adapter makes of frames."""
    decoded = decode_frames(batch.payload, batch.length)
    assert decoded.rejected == ()
    return reports_from_spat(
        [(frame, value) for frame, _, value in decoded.others], batch, settings or parameters())


class Roadside:
    """A store, and a unit that speaks of the phases of one intersection."""

    def __init__(self, **changes: Any) -> None:
        """Begin in silence."""
        self._parameters = parameters(**changes)
        self.store = SignalStore(self._parameters)
        self.count = 0

    def say(
        self, seconds: float, phases: Mapping[int, Sequence[State]] | None = None, *,
        node: int = 7, region: int = 1, status: int = 0, utc: bool = False, **how: Any,
    ) -> list[int]:
        """Send one message; return the verdicts."""
        if phases is None:
            phases = {1: PLAN.states(seconds)}
        value = intersection_value(
            region, node, phases, at(seconds), status=status, utc=utc)
        self.count += 1
        found, _ = reports(
            radio([spat_octets([value], at(seconds), self.count)], at(seconds), **how),
            self._parameters)
        return self.store.update(found).tolist()

    def see(self, seconds: float) -> Signals:
        """Return the signals at a time."""
        return self.store.snapshot(at(seconds))
