# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Signal groups: what they show now, how long, and when they are green."""

from icv_v2x.signals.signals import Doubt, Signals, no_signals
from icv_v2x.signals.store import SignalStore, SignalVerdict

__all__ = ['Doubt', 'SignalStore', 'SignalVerdict', 'Signals', 'no_signals']
