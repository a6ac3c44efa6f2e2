"""The kinds of files that customers may send: the one list for the form, the page and the check."""

# Ending -> MIME type. Each kind's first ending is the one that a file of it gets when its name has another.
PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jfif": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
TYPES = PICTURES | {
    ".pdf": "application/pdf",
    ".txt": "text/plain",
    ".log": "text/plain",
    ".csv": "text/csv",
}
# Pictures that phones and cameras make and few programs open.
UNSEEN = (".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff")
MOST = 10
# What the field of a form accepts.
ACCEPT = ",".join(TYPES)


def endings(mime: str) -> tuple[str, ...]:
    """The endings of a MIME type."""
    return tuple(ending for ending, kind in TYPES.items() if kind == mime)
