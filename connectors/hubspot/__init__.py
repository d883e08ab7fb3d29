"""HubSpot: how its API and its exports speak."""
