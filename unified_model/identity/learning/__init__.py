"""Match weights learned from the user's own store: from its pairs, from people's decisions, with proven thresholds."""
