"""Frame to chart: one theme, no arithmetic."""
