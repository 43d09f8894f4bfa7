# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of SPAT frames: statements into the signal store, and a reason for the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from icv_v2x.message_set.records.spat_columns import merged
from icv_v2x.signals import SignalStore, SignalVerdict
from icv_v2x.translate.csae_spat import columns_from_values, reports_from_columns
from icv_v2x.translate.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from icv_v2x.inputs import FrameBatch
    from icv_v2x.message_set.records.spat_columns import SpatColumns
    from icv_v2x.parameters import Parameters
    from icv_v2x.signals import Signals
    from icv_v2x.translate.signal_reports import SignalReports

class SignalIntake:
    """Takes statements on signals in, whatever they come from."""

    def __init__(self, parameters: Parameters) -> None:
        """Start without any signal."""
        self._store = SignalStore(parameters)
        self._parameters = parameters

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; what is known stays."""
        self._store.configure(parameters)
        self._parameters = parameters

    def clear(self) -> None:
        """Forget every signal."""
        self._store.clear()

    def take(
        self, messages: Sequence[tuple[int, dict[str, Any]]], batch: FrameBatch,
        columns: SpatColumns | None = None,
    ) -> list[tuple[int, str]]:
        """Take SPAT messages in.

        Args:
            messages: Frame index and SPAT value of each.
            batch: The frames that they came in.
            columns: Further messages of the same batch.

        Returns:
            Frame index and reason of those of which nothing was used.
        """
        parts = [columns] if columns is not None else []
        if messages or not parts:
            parts.append(columns_from_values(messages))
        reports, refusals = reports_from_columns(merged(parts), batch, self._parameters)
        verdicts = self._store.update(reports)
        refused = [(refusal.frame, refusal.reason.value) for refusal in refusals]
        used = set(reports.frame[verdicts == int(SignalVerdict.ACCEPTED)].tolist())
        for frame in sorted(set(reports.frame.tolist()) - used):
            first = int(np.flatnonzero(reports.frame == frame)[0])
            refused.append((frame, SignalVerdict(int(verdicts[first])).reason))
        return refused

    def take_decoded(self, reports: SignalReports) -> str | None:
        """Take statements in that a unit decoded by itself.

        Returns:
            Why nothing of them was used, None where something was or nothing was said.
        """
        mask, refusals = refused(reports.verification)
        verdicts = self._store.update(reports.take(~mask))
        if not len(reports) or (verdicts == int(SignalVerdict.ACCEPTED)).any():
            return None
        if len(verdicts):
            return SignalVerdict(int(verdicts[0])).reason
        return str(refusals[0].reason.value)

    def snapshot(self, now: int) -> Signals:
        """Return every signal at an instant [ns since the Unix epoch]."""
        return self._store.snapshot(now)
