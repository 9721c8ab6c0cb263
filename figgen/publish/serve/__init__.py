"""The live preview: a page on this machine that shows figures while they are edited."""
