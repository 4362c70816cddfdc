"""The memory: snapshots, the page journal, locks."""
