"""The processes that the demo, the tests, northwind and the benchmarks start on loopback."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPTS = CHECKOUT / "scripts"
