"""What a customer is, and the store that keeps it: records, entities, mapping, identity, survivorship, use cases."""
