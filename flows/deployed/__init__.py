"""The same flows as Prefect flows and tasks. The one place that imports Prefect."""
