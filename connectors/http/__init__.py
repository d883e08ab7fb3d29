"""What every vendor that speaks HTTP shares: one adapter, one budget, one way to repeat a request."""
