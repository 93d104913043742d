"""What happens inside an action: effects and checks, called by `workflow` only, plus services of their own right."""
