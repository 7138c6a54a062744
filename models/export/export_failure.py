"""What went wrong, in words that are all a user needs."""


class ExportFailure(Exception):
    """A failure whose message is shown without a traceback."""


class ServiceNotAsked(ExportFailure):
    """The model is exported and its graph compared, but the service gave no answer."""
