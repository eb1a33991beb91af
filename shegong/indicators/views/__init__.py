"""The officers' pages: the board, what is behind a number, gaps, targets, and the wall."""
