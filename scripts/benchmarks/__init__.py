"""Benchmarks: speed against a plain loop, a burst under limits, many idle databases, chaos, first syncs of devices."""
