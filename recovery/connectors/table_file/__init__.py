"""Orders in a table file: CSV or JSON Lines, read row by row, judged before they come in."""
