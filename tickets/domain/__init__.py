"""What the rules say, in pure Python: time, priority, routing. Imports neither Django nor Celery."""
