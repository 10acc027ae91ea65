"""The only module that brings NumPy in: on one core, whatever the machine has.

Threads cost more than they give to matrices as small as the encoder's, and the bot shares its
machine. The library reads the variable when it is loaded, so nothing else may load it before.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from numpy.typing import NDArray

__all__ = ["NDArray", "np"]
