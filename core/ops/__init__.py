"""What an operator reads: health, metrics, logs."""
