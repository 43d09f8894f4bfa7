# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Many bags replayed side by side: one result each, summed up in tables and on a page."""
