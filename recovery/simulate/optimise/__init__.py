"""The search for a better campaign within limits that its author sets, on made-up shoppers."""
