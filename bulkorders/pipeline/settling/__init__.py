"""Orders in doubt settled: by a person's word, or by what the balance proves."""
