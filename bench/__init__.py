"""Measurements at one million service records. Each prints its value beside a limit measured in the same run.

Run by `shegong bench [NAME] [--json]` from the project's folder; the data lie in $SHEGONG_HOME/bench and are made on
first use (a few minutes). Nothing here is asserted by tests: machines differ, ratios tell.
"""
