"""figgen: lecture figures that compute themselves."""
