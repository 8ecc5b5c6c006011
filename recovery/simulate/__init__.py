"""A made-up world on a virtual clock, in which the real engine works: the demo's, later more."""
