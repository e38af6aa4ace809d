"""What the tests of every slice share.

``environment`` finds servers and gives each process that runs tests a database and Redis databases of its own; ``plugin`` has the fixtures.
"""
