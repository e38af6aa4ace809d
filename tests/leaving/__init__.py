"""Taking one's data along, and leaving: what every slice has a part in, tested on a person who has left something in each of them."""
