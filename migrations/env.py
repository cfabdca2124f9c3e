"""How Alembic runs the migrations: on the connection that `Database.upgrade` hands it."""

from alembic import context

from model.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite can't alter a column in place
)
with context.begin_transaction():
    context.run_migrations()
