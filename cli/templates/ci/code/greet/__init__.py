"""A program that greets."""
