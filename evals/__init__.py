"""Measuring answer quality; nothing in the product imports it but the command line."""
