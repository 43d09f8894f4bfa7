# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""Traffic of SUMO as radio frames into the real pipeline, judged by what happened."""
