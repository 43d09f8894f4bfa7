# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""From message values to SI records in the map frame, one adapter per message standard."""
