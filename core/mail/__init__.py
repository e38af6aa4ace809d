"""Mail that leaves after the commit: written with the change it tells of, delivered by a worker, forgotten once it is sent."""
