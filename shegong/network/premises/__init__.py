"""Premises: sites and rooms, who shares and books them, and how villages without a room get one."""
