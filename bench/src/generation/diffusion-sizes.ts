/** Those of Stable Diffusion 1.5, at its usual 512 × 512 pixels. */
export const LATENT_CHANNELS = 4;
export const LATENT_SIDE = 64;
export const PICTURE_SIDE = 512;
export const TOKENS = 77;
export const TOKEN_WIDTH = 768;
export const TOKEN_HEADS = 12;
