# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Errors of reading and writing bags."""

from __future__ import annotations


class BagError(Exception):
    """A bag that cannot be read or written; the text names its path and the cause."""
