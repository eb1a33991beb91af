"""The signed-in home: my day, one search over everything, stations in full. Pages only; nothing is stored here."""
