"""What `make evaluate` measures: whom Canon takes for one customer, on public data that knows.

Three targets: a precision of 0.999; the recall of a cascade of exact keys in which, as in Canon's policy, an
id or a name at a domain counts only where no system has it twice (one without that guard, and one that asks
for one first name on an address, are printed for information); and, once an oracle has answered Canon's
suggestions, the F1 of Splink on its own.
"""
