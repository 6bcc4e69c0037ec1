"""The HTTP service: requests, responses, settings, status codes."""
