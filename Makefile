# Grows with the house; see README.
.PHONY: run test check bench env
