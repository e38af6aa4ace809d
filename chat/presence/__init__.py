"""Who is online, on how many devices, and who is typing."""
