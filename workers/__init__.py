"""The dramatiq side. Nothing else knows dramatiq."""
