"""Papers: the values that the standard forms are filled with, one module for each kind, and the templates beside them.

A paper is Chinese whatever the reader's language; its words stand here and in its template. Which kinds there are says
settings.PAPERS, so that floors above can add theirs.
"""
