"""The page: the same pipeline behind a door that a browser opens."""
