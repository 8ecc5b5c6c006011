"""Payment recovery: from an unpaid order to a measured recovery."""

__version__ = "0.1.0"
