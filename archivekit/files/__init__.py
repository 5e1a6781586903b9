"""Files and folders, here and behind addresses: found, read, locked, summed and put in place."""
