"""What became of placed orders: statuses, refills, cancels. Nothing here can place an order."""
