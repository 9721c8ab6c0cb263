"""What all pages share: how templates are filled in, and styles and scripts."""
