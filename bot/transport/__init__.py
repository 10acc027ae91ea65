"""The border to Discord: its objects become domain types, deliveries become calls and outcomes."""
