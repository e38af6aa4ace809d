"""Who follows and who blocks whom."""
