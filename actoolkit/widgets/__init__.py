"""Explorers: controls, a metric and a chart."""
