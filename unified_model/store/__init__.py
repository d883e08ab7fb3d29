"""The customer store: tables, migrations, units of work. The one place that imports SQLAlchemy."""
