"""shapes-det: a small detector with instance masks for the shapes world."""
