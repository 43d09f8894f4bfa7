# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Advisories: their vocabulary, ranking, hysteresis and expiry."""

from icv_v2x.advisory.types import (
    Action,
    Advisory,
    Application,
    Ceiling,
    Level,
    Mode,
    Scenario,
)

__all__ = ['Action', 'Advisory', 'Application', 'Ceiling', 'Level', 'Mode', 'Scenario']
