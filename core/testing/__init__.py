"""What tests of every slice share."""
