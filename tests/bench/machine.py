"""The machine and the programs, as far as they matter for figures: no name of a host, no path."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from archivekit.version import __version__


def described() -> dict[str, str]:
    """Cores, processor, memory, system and Python."""
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1),
        "processor": _processor(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}",
        "python": platform.python_version(),
        "archivekit": __version__,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    text = info.read_text("utf-8", "replace") if info.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return f"{found[1].strip() if found else 'unnamed processor'} ({platform.machine()})"


def version(command: Sequence[str | Path]) -> str | None:
    """The first thing like a version number that a command says of itself; None where it cannot be run."""
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\d+(?:\.\d+)+", done.stdout + done.stderr)
    return found[0] if found and done.returncode == 0 else None
