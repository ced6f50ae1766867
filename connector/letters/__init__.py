"""Letters: an order's PDF to the rep, the customer and the office, and what is stuck to the office; once each."""
