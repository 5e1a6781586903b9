"""``python -m archivekit`` is the command ``archivekit``."""

from .cli import main

if __name__ == "__main__":
    main()
