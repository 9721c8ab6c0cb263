"""Words on the page: formulas and the engine that sets them, listings and their colours."""
