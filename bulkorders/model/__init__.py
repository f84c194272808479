"""What things are: rows, orders, services, money, states. No clock, no disk, no network."""
