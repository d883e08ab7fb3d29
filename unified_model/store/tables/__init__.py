"""Every table of the store, grouped as people think of them: landing, unified, identity, golden, trust."""
