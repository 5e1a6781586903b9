"""archivekit's command line, watched: ``python watched.py FORBIDDEN LOG build …``.

An audit hook, which no code of Python can take off again, sees every file that is opened, every socket, every program
that is started. What lies in the folder FORBIDDEN, what is a socket and what starts a program other than ``fc-list`` goes
to LOG, a line each, and is refused.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FORBIDDEN = os.path.realpath(sys.argv[1])
LOG = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

NETWORK = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "imaplib.", "poplib.", "nntplib.", "telnetlib.")
PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "webbrowser.open",
    "pty.spawn",
)


def inside(value: object) -> bool:
    """Whether a path, or a link of it, leads into the forbidden folder."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        return False
    try:
        real = os.path.realpath(os.fsdecode(value))
    except (OSError, ValueError):
        return False
    return real == FORBIDDEN or real.startswith(FORBIDDEN + os.sep)


def fonts(event: str, given: tuple[object, ...]) -> bool:
    """Whether a program is only fontconfig's, which says what fonts there are; documents have no part in its arguments."""
    return event in ("subprocess.Popen", "os.posix_spawn") and Path(str(given[0])).name == "fc-list"


def watch(event: str, given: tuple[object, ...]) -> None:
    """Log and refuse."""
    network = event.startswith(NETWORK)
    program = event in PROGRAMS and not fonts(event, given)
    if network or program or (event in ("open", "os.scandir", "os.listdir") and inside(given[0])):
        os.write(LOG, f"{event} {given!r}\n".encode("utf-8", "backslashreplace"))
        raise PermissionError(f"watched: {event}")


def main() -> None:
    """Run the command. What loads the libraries of the layout engine asks ``ldconfig`` where they are, before any document
    is read."""
    import archivekit.cli

    if "--format" not in sys.argv or "pdf" in sys.argv:
        import archivekit.writers.pdf.engine
    sys.argv = ["archivekit", *sys.argv[3:]]
    Path(os.curdir).resolve()
    sys.addaudithook(watch)
    archivekit.cli.main()


if __name__ == "__main__":
    main()
