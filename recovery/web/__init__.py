"""What `recovery serve` answers: webhooks, orders, pay and unsubscribe pages, health."""
