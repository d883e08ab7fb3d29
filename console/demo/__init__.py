"""`make demo`: two simulated CRMs and a spreadsheet become one customer store, shown to a newcomer."""
