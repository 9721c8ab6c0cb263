"""What a figure depends on: the definitions it reaches, what it reads, what is installed."""
