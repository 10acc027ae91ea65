"""How much memory a process takes."""

from __future__ import annotations

import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")
_MB = 1024 * 1024


def resident_mb() -> float:
    """The resident memory of this process in megabytes; where Linux does not tell, its peak."""
    import resource  # noqa: PLC0415 - Windows has no such module

    if _STATM.exists():
        pages = int(_STATM.read_text("ascii").split()[1])
        return pages * resource.getpagesize() / _MB
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / _MB
