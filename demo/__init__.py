"""Demonstration data: an invented operator and the lives of its customers' complaints, in Chinese."""
