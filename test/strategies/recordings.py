# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Where recordings lie, for tests that choose their cases before fixtures exist."""

from __future__ import annotations

from pathlib import Path

RECORDINGS = Path(__file__).resolve().parents[2].parent / 'shared' / 'data'
