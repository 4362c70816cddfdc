"""Frame to frame: pure functions, written once over Narwhals."""
