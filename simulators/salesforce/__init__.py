"""A Salesforce org on loopback, written from the vendor's documentation and from no client of it."""
