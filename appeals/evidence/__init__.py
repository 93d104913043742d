"""The evidence of an appeal (申诉证据材料): what the regulator gets of a case, and nothing else."""
