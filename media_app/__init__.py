"""Files people bring: uploads, and what is made of them."""
