/** Width and height of the graphs' input in pixels; the picture has the same, so that nothing is resized. */
export const INPUT_EDGE = 32;
