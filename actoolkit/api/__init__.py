"""The wire: HTTP and JSON, never a frame."""
