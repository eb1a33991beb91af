"""Pictures of a client's situation, drawn as SVG on the server from plain values: no database, no request.

Each picture has a title, a description, and beside it all it says in words. Colours and line styles are classes of the
style sheet, so that a picture follows the page into the dark and onto paper.
"""
