"""What lies on a disk: files written whole or not at all, caches, the status of files, locks."""
