"""shapes-sam: a small Segment Anything for the shapes world."""
