"""Chaos: reps write, the office edits, everything breaks, and in the end every order must be in QuickBooks once."""
