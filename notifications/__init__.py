"""What a person is told. Listens to everyone, called by no one."""
