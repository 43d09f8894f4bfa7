# Copyright 2026 The icv_v2x authors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 at the rim: managed nodes around the stages of the pipeline.

The first import sets how often the garbage collector of the process looks at young objects.
"""

import gc

# Modules are made to last, and looking for circles among them after every 700 new objects takes
# a sixth of a node's start. A cycle on a full channel makes some thousand objects that are gone
# at its end: looking that often finds nothing there either.
_YOUNG = 20_000

gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])
