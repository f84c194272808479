"""The HTTP API that sells the services. Only here: httpx."""
