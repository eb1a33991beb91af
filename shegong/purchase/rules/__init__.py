"""Decisions of purchase: values in, answer out."""
