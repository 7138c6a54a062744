"""shapes-seg: a small semantic segmentation network for the shapes world."""
