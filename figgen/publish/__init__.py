"""What is made of finished figures: animations."""
