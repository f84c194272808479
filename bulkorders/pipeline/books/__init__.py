"""The same runs seen as money: balances read and closed, months closed, the ledger exported."""
