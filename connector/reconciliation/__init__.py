"""Reconciliation: whether the ledger and QuickBooks agree, asked by a person or every night, in few reads."""
