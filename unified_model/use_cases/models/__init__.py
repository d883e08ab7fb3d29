"""The life of match models: listed, trained on the store, judged, compared, put in use, written to files."""
