"""Files from outside: what they are is told by their content, and what is kept is written anew by us.

`cleaning` does the work and knows neither Django nor settings; it runs in a child process with little memory, little
time and no surroundings (`sluice`), since pictures and PDFs are what attackers like best.
"""
