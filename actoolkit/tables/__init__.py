"""The shapes: wire rows become typed polars frames."""
