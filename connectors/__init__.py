"""How each vendor's system speaks: one folder a vendor, none knowing another, none knowing the store."""
