"""Decisions about premises: values in, answer out."""
