"""Objects on disk or in an S3 bucket under one contract: presigned upload in, signed download out. Use it through ``core.storage.store``."""
