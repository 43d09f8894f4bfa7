# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""What a run looked like to a person: situations, and a page that plays and explains them."""

from icv_v2x.report.jsonl import JsonlError, JsonlRun, read_jsonl
from icv_v2x.report.situations import Situation, SituationGrouper, situations
from icv_v2x.report.writer import ReportCycle, ReportWriter, RunDescription

__all__ = [
    'JsonlError', 'JsonlRun', 'ReportCycle', 'ReportWriter', 'RunDescription', 'Situation',
    'SituationGrouper', 'read_jsonl', 'situations',
]
