# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Frames with their known values, for tests that need real octets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_OWN = _ROOT / 'test' / 'data' / 'frames.json'
_SHARED = _ROOT.parent / 'shared' / 'vectors.json'


def known_frames() -> list[dict[str, Any]]:
    """Frames of the project and, where it lies beside the checkout, of the shared collection."""
    frames: list[dict[str, Any]] = json.loads(_OWN.read_text(encoding='utf-8'))['frames']
    if _SHARED.exists():
        shared = json.loads(_SHARED.read_text(encoding='utf-8'))
        frames = frames + shared['vectors'] + shared['external']
    return frames


def octets_of(name_begins: str) -> list[bytes]:
    """Octets of the known frames whose name begins so."""
    return [bytes.fromhex(frame['uper_hex']) for frame in known_frames()
            if frame['name'].startswith(name_begins)]
