# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Events with what came before and after them, in chained append-only files."""

from icv_v2x.recorder.event_recorder import Event, EventRecorder, Limits
from icv_v2x.recorder.journal import Damage, JournalReader, JournalWriter

__all__ = ['Damage', 'Event', 'EventRecorder', 'JournalReader', 'JournalWriter', 'Limits']
