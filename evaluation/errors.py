"""The one way in which an evaluation ends without a result."""


class EvaluationFailed(Exception):
    """Nothing can be measured: a package or a record is missing, or a step did not end well."""
