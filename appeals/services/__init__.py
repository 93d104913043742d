"""What is done to appeals: taking, custody, reports, the regulator, the conclusion. Effects of actions."""
