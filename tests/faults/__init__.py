"""What a build endures."""
