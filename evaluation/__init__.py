"""What `make evaluate` measures: whom Canon takes for one customer, on public data that knows.

Three targets: a precision of 0.999; the recall of the guarded cascade of exact keys that finds most at that
precision; and, once an oracle has answered Canon's suggestions, the F1 of Splink on its own. Two cascades are
guarded as Canon's policy is: in both an id or a name at a domain counts only where no system has it twice, in
one of them an address only joins records of one first name. One without guards is printed for information.
"""
