# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Errors of the tools that a person can mend."""

from __future__ import annotations


class SourceError(Exception):
    """A source that cannot be used; the text names it, what is wrong and what would be right."""
