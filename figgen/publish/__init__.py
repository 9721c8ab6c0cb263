"""What is made of finished figures, for readers and lecturers: pages and moving pictures."""
