"""Reports, decisions and their audit. Listens to everyone, called by no one."""
