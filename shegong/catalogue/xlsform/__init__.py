"""XLSForm, the workbook format in which ODK and Kobo keep forms: read into our documents, and written from them.

What we add (scores, needs, alerts, groups of people) stands in columns and a sheet of its own, which other readers pass
over. Nothing that we can't keep is dropped in silence: see `findings`.
"""
