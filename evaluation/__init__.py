"""What `make evaluate` measures: whom Canon takes for one customer, on public data that knows."""
