"""shapes-sd: a small latent diffusion model for the shapes world."""
