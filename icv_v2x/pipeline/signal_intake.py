# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of SPAT frames: statements into the signal store, and a reason for the others."""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.signals import SignalStore, SignalVerdict
from icv_v2x.translate.csae_spat import reports_from_spat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.parameters import Parameters
    from icv_v2x.signals import Signals
    from icv_v2x.translate.signal_reports import SignalReports

_log = logging.getLogger(__name__)


class SignalIntake:
    """Takes statements on signals in, whatever they come from.

    Attributes:
        refused: Reason to statements on phases that came decoded and were not used.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start without any signal."""
        self._store = SignalStore(parameters)
        self._parameters = parameters
        self.refused: Counter[str] = Counter()

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is known stays."""
        self._store.configure(parameters)
        self._parameters = parameters

    def clear(self) -> None:
        """Forget every signal."""
        self._store.clear()

    def take(
        self, messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch
    ) -> list[tuple[int, str]]:
        """Take SPAT messages in.

        Args:
            messages: Frame index and SPAT value of each.
            batch: The frames that they came in.

        Returns:
            Frame index and reason of those of which nothing was used.
        """
        try:
            reports, refusals = reports_from_spat(messages, batch, self._parameters)
            verdicts = self._store.update(reports)
        except Exception:
            # A defect of ours must not cost more than the messages of one kind.
            _log.exception('frames lost to an internal error: %d', len(messages))
            return [(frame, 'internal_error') for frame, _ in messages]
        refused = [(refusal.frame, refusal.reason.value) for refusal in refusals]
        used = set(reports.frame[verdicts == SignalVerdict.ACCEPTED].tolist())
        for frame in sorted(set(reports.frame.tolist()) - used):
            first = int(np.flatnonzero(reports.frame == frame)[0])
            refused.append((frame, SignalVerdict(int(verdicts[first])).reason))
        return refused

    def take_decoded(self, reports: SignalReports) -> None:
        """Take statements in that a unit decoded by itself."""
        verdicts = self._store.update(reports)
        for verdict in verdicts[verdicts != SignalVerdict.ACCEPTED].tolist():
            self.refused[SignalVerdict(verdict).reason] += 1

    def snapshot(self, now: int) -> Signals:
        """Return every signal at an instant [ns since the Unix epoch]."""
        return self._store.snapshot(now)
