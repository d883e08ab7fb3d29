"""What the hub does: land, resolve, decide, explain, rebuild; one module a use case."""
