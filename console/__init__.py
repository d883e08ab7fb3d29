"""What people use: the unsilo command line and, later, the web console with its API."""
