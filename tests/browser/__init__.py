"""Journeys of people in a real browser, against Hubbub's real processes.

Every page of every journey is watched: what it logs as an error, throws, or is forbidden by the content security policy fails the test, unless
the test said that it expects it.
"""
