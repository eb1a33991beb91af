"""Pure decisions of the catalogue: when a service may be revised, and the language of instruments (documents,
expressions, answers, scores).
"""
