"""A sandbox QuickBooks Online: the part of its v3 API that Roadbook uses, on loopback, with faults on demand."""
