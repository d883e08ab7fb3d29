"""What a portal tells of itself: properties, schemas, pipelines, owners, account."""

from simulators.hubspot import account, old_properties, pipeline_changes, properties, property_groups, schemas

ROUTES = (
    *property_groups.ROUTES,
    *properties.ROUTES,
    *old_properties.ROUTES,
    *pipeline_changes.ROUTES,
    *schemas.ROUTES,
    *account.ROUTES,
)
"""Method, path without its version, handler; earlier patterns win."""
