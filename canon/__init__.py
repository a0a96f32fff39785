"""Canon: which copy of the customer is allowed to be right. The console and the steps that it runs."""
