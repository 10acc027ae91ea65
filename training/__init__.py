"""Makes the learned judge's model from the project's own sentences: `python -m training`."""
