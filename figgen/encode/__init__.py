"""A drawing to the bytes of SVG, PDF and PNG."""
