"""Who a person is: identity, profile fields, privacy choices."""
