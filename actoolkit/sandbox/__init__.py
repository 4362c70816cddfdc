"""A synthetic account over real HTTP."""
