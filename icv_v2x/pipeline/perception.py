# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""First stage: from radio frames and the vehicle's own state to tracks and ego at one instant."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from icv_v2x.frames import MapFrame
from icv_v2x.inputs import (
    FrameBatch,
    Odometry,
    PlannedPath,
    Standard,
    VehicleStatus,
    join,
)
from icv_v2x.message_set.batch import Encoding, decode_frames
from icv_v2x.pipeline.counters import Counters
from icv_v2x.translate.csae import reports_from_bsm
from icv_v2x.translate.refusals import refused
from icv_v2x.translate.reports import ObjectReports
from icv_v2x.world.corroboration import with_second_source
from icv_v2x.world.ego_estimator import EgoEstimator
from icv_v2x.world.track_store import TrackStore, Verdict

if TYPE_CHECKING:
    from icv_v2x.parameters import Parameters
    from icv_v2x.world.ego import EgoState
    from icv_v2x.world.tracks import Tracks

Input = FrameBatch | Odometry | VehicleStatus | PlannedPath | ObjectReports

# Frames waiting for a cycle at most: a second of a channel ten times as busy as the busiest.
_PENDING = 50_000
# A clock that goes back further than this starts a new epoch [ns].
_BACK = 100_000_000

_log = logging.getLogger(__name__)


class Perception:
    """Takes inputs as they come and gives the world at an instant.

    Frames wait until the next instant is asked for and are then decoded together.
    """

    def __init__(self, parameters: Parameters) -> None:
        """Start knowing nothing."""
        self.counters = Counters()
        self._parameters = parameters
        origin = parameters.map_origin
        self._map = MapFrame(
            origin.latitude, origin.longitude, origin.altitude, parameters.map_projection
        )
        self._tracks = TrackStore(parameters)
        self._detections = TrackStore(parameters)
        self._ego = EgoEstimator(parameters)
        self._pending: list[FrameBatch] = []
        self._waiting = 0
        self._now: int | None = None
        self.refused_inputs: dict[str, int] = {}

    def configure(self, parameters: Parameters) -> None:
        """Take changed parameters over; those that are read at start only must be the same.

        Raises:
            ParameterError: The own temporary id is not one.
        """
        self._tracks.configure(parameters)
        self._detections.configure(parameters)
        self._parameters = parameters

    def receive(self, item: Input) -> str | None:
        """Take one input in; a bad one is counted and changes nothing.

        Returns:
            Why an input other than radio frames is refused, None where it is taken.
        """
        if isinstance(item, FrameBatch):
            self._queue(item)
            return None
        if isinstance(item, ObjectReports):
            self._detections.update(item, None)
            return None
        reason = self._ego.update(item)
        if reason is None:
            return None
        name = reason.value
        self.refused_inputs[name] = self.refused_inputs.get(name, 0) + 1
        return name

    def lose(self, frames: int, reason: str) -> None:
        """Count frames that could not be taken in at all."""
        self.counters.reject(frames, reason)

    def world(self, now: int) -> tuple[Tracks, EgoState | None]:
        """Return tracks and ego at an instant.

        Args:
            now: [ns since the Unix epoch]; going back clears what was known.

        Returns:
            The tracks, and the ego or None before the first pose.
        """
        if self._now is not None and now < self._now - _BACK:
            self.clear()
        self._now = now
        self.drain()
        tracks = with_second_source(self._tracks.snapshot(now), self._detections.snapshot(now))
        return tracks, self._ego.state(now)

    def clear(self) -> None:
        """Forget tracks and ego, keep the counters."""
        self._tracks.clear()
        self._detections.clear()
        self._ego.clear()

    def drain(self) -> None:
        """Decode what waits, so that the counters are complete."""
        pending, self._pending, self._waiting = self._pending, [], 0
        kinds: dict[tuple[int, int], list[FrameBatch]] = {}
        for batch in pending:
            kinds.setdefault((batch.standard, batch.encoding), []).append(batch)
        for (standard, encoding), batches in kinds.items():
            joined = join(batches)
            try:
                self._decode(joined, standard, encoding)
            except Exception:
                # A defect of ours must not cost more than the frames it met.
                _log.exception('frames lost to an internal error: %d', len(joined))
                self.counters.reject(len(joined), 'internal_error')

    def _queue(self, batch: FrameBatch) -> None:
        if self._waiting + len(batch) > _PENDING:
            self.counters.reject(len(batch), 'overload')
            return
        self._pending.append(batch)
        self._waiting += len(batch)

    def _decode(self, batch: FrameBatch, standard: int, encoding: int) -> None:
        if standard != Standard.CSAE:
            self.counters.reject(len(batch), 'unsupported_standard')
            return
        if encoding not in (Encoding.UPER, Encoding.JER):
            self.counters.reject(len(batch), 'unsupported_encoding')
            return
        verdicts: list[str] = []
        mask, refusals = refused(batch.verification)
        verdicts += [refusal.reason.value for refusal in refusals]
        batch = batch.take(~mask)
        decoded = decode_frames(batch.payload, batch.length, encoding=Encoding(encoding))
        verdicts += [reason.value for _, reason, _ in decoded.rejected]
        verdicts += ['not_served'] * (
            len(decoded.rsm) + len(decoded.ssm) + len(decoded.others))
        reports, refusals = reports_from_bsm(decoded.bsm, batch, self._map, self._parameters)
        verdicts += [refusal.reason.value for refusal in refusals]
        newest = int(batch.reception_time.max()) if len(batch) else 0
        outcomes = self._tracks.update(reports, self._ego.state(newest))
        accepted = int(np.count_nonzero(outcomes == Verdict.ACCEPTED))
        verdicts += [Verdict(o).reason for o in outcomes[outcomes != Verdict.ACCEPTED].tolist()]
        self.counters.accept(accepted)
        for verdict in verdicts:
            self.counters.reject(1, verdict)
