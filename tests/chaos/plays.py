"""A small catalog, and stories made from it, for the tests of chaos."""

from __future__ import annotations

from chaos.documents import Shelf
from chaos.scenario import Scene, scenes

REPS = ("r222222222222222", "r333333333333333")
SHELF = Shelf(
    products=[
        {"_id": f"product:{number}", "name": f"Product {number}", "unit_price": f"{number}.35"}
        for number in range(1, 6)
    ],
    charges=[{"_id": "product:9", "name": "Delivery"}],
    customers=[{"_id": "customer:1", "name": "Café Ærø"}, {"_id": "customer:2", "name": "O'Leary & Sons"}],
)
PRODUCTS = {f"product:{number}": str(number) for number in range(1, 10)}


def play(seed: int = 1, orders: int = 150) -> list[Scene]:
    """The scenes of a seed."""
    return scenes(seed, orders, REPS, SHELF, 60.0)
