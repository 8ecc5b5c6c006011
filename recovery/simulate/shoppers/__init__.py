"""The shoppers: why they leave an order unpaid, and what a message does to them. Pure."""
