"""The ways into the app, a few lines for each kind of host; nothing else in functions/ knows where it runs."""
