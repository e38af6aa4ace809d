"""Who gets what: every way in, for every relation between who asks and whom it concerns, really asked.

``surfaces`` reads what there is from the URLconf and the socket registry, ``world`` has the people and their things, ``rows`` and ``frames`` say
what each relation gets. What is there without a row fails, and so does a row for what is not there.
"""
