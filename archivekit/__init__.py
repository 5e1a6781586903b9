"""archivekit: article dumps in; one canonical, traceable record per article out."""

from .version import __version__

__all__ = ["__version__"]
