"""The same orders read as money: ledger, closing, exports. Nothing here can spend."""
