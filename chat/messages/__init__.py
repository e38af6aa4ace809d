"""Messages: group-committed sends, gapless sequence, receipts, history."""
