"""The operator's desk: a Flask application made by create_app()."""
