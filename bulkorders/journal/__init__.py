"""The record that survives a crash: what was meant, what was sent, what came back."""
