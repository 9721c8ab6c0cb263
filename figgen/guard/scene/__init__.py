"""The scene: a drawing as text, read back and compared in words."""
