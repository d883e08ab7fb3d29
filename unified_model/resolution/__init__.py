"""From queued records to golden customers: blocking, linking, clustering, ids, golden values; one module a step."""
