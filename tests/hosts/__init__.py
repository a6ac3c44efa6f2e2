"""The app and the site on every host that can run here, held to the same answers."""
