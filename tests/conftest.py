"""What holds for all tests: builds keep no cache, unless a test names one."""

import os

os.environ["ARCHIVEKIT_CACHE"] = "off"
