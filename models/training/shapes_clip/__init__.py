"""The CLIP of the shapes world: pictures and texts in one space of embeddings."""
