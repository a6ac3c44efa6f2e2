"""Commands for the hosts: what runs a portal on one machine, and what is made for a host from a build."""
