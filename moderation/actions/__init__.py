"""What moderators did, why, and the audit trail of it."""
