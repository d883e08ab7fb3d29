"""A HubSpot portal on loopback: objects, search, associations, merges and limits as the vendor has them."""
