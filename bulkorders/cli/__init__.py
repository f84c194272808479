"""The command line. Only here: click and rich."""
