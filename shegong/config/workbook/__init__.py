"""The workbook from which a city's stations, organisations, accounts and workers come, as often as it likes.

It writes to the network, to people and to the workforce at once, so it stands above all three; and since it sets an
installation up, its place is beside `shegong init`, not among the pages of daily work.

sheets    what the workbook's sheets and columns are
examples  rows that show how they are filled in
template  an empty one, with instructions, lists to choose from and examples
reading   a file from outside, made safe, and its rows; cells    a single cell
findings  what is wrong, and where
plan, places, staff    what the rows mean for what is there: what is new, what changes, what can't be
importing all of it in one transaction, or nothing
"""
