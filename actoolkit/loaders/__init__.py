"""Loaders: one function per endpoint, from the account to a typed frame."""
