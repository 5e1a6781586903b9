"""A build: sources in, outputs out."""
