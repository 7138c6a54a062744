"""What went wrong, in words that are all a user needs."""


class ExportFailure(Exception):
    """A failure whose message is shown without a traceback."""
