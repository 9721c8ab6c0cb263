"""From a request to files: what is stale is drawn, in workers or here, and remembered."""
