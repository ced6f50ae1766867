"""An item of QuickBooks whose quantity is counted; tests give it a name."""

STOCKED = {
    "Type": "Inventory",
    "UnitPrice": "10",
    "TrackQtyOnHand": True,
    "QtyOnHand": 50,
    "InvStartDate": "2026-01-01",
    "IncomeAccountRef": {"value": "79"},
    "ExpenseAccountRef": {"value": "80"},
    "AssetAccountRef": {"value": "81"},
}
