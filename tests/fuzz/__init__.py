"""Fuzzing: documents that are almost right, read under an oracle. ``python -m fuzz --help`` from the folder ``tests``."""
