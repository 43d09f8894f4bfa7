# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""The scenarios: one readable file per application, each a pure function of world and ego."""
