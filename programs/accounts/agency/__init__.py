"""Signing in through the agency's OpenID Connect provider; off unless the settings name one."""
