"""Benchmarks of the connector: speed against a plain loop, a burst under QuickBooks' limits, many idle databases."""
