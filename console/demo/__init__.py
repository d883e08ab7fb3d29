"""`make demo`: three generated CRM exports become one customer store, shown as a newcomer wants to see it."""
