"""Files on their way in: presigned, checked by content, made into variants."""
