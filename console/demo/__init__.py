"""`make demo`: a simulated org and two generated exports become one customer store, shown to a newcomer."""
