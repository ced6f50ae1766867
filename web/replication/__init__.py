"""Snapshots and deltas: how a device gets a read-only database in one answer instead of many round trips."""
