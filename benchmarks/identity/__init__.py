"""Matching measured in memory, without a store: quality on labelled sets and speed of each stage."""
