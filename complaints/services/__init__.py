"""What happens inside a complaint's actions, and how one is taken."""
