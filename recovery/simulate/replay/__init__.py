"""What a campaign would have sent over a shop's real orders: the real engine, its past in a file.

What the messages would have brought is not in any file, and is never made up here.
"""
