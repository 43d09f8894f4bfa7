# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Runs as tables for analysis and training: what was seen, said, and what happened afterwards."""

from icv_v2x.dataset.recorder import DatasetRecorder
from icv_v2x.dataset.schema import TABLES, Column, Table

__all__ = ['TABLES', 'Column', 'DatasetRecorder', 'Table']
