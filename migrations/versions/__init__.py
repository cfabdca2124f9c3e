"""One file per revision, oldest first by its down_revision."""
