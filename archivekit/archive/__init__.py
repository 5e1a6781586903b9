"""An archive in order: records grouped, numbered and cut into volumes, and the bundle a writer prints."""
