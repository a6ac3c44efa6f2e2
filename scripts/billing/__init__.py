"""The commands about billing: `python -m scripts.billing check|capabilities|money`."""
