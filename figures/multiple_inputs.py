"""Section: multiple_inputs."""
