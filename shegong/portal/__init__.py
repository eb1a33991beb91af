"""The residents' public pages: asking for help without an account, and following what became of it. Nobody is signed in
here and nothing about a person can be read back; what is left becomes an enquiry of the practice.
"""
