"""Mail: addresses, who wants which mails, and the server that sends them."""
