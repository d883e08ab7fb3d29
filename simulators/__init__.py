"""The vendors' APIs on loopback and the synthetic people that populate them. Imports nothing else of ours."""
