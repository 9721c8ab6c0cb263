"""What guards the figures: baselines, comparisons, and the check of claims and look."""
