"""What all pages share: the shell, components, landing, errors and the development mailbox."""
