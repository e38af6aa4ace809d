"""Objects on disk or S3 under one contract: presigned upload in, signed download out."""
