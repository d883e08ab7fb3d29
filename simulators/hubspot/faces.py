"""What a portal tells of itself: properties, schemas, pipelines, owners, account."""

from simulators.hubspot import account, pipeline_changes, properties, property_groups, schemas

ROUTES = (*property_groups.ROUTES, *properties.ROUTES, *pipeline_changes.ROUTES, *schemas.ROUTES, *account.ROUTES)
"""Method, path without its version, handler; earlier patterns win."""
