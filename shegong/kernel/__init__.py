"""Floor 0. What everything stands on: time, keys, Chinese codes and names, encryption, problems, pages. No models, no
business.
"""
