"""What `make bench` measures: loading, building and a no-op sync, each beside what bounds it, in one run."""
