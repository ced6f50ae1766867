"""Roadbook's connector: follows the orders databases, posts to QuickBooks, answers with receipts."""

__version__ = "0.1.0"
