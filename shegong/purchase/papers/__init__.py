"""Workbooks of money: written for readers, read from the treasury and from planners."""
