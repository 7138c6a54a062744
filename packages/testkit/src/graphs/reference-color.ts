/**
 * The colour that the test graphs know a class by, as red, green and blue from 0 to 1. The colours of `classes`
 * classes lie on a regular grid with n = ceil(classes^(1/3)) steps on each axis, red varying fastest, so the first
 * class is black and any two differ by at least 1/(n-1) in one channel.
 */
export function referenceColor(classIndex: number, classes: number): readonly [number, number, number] {
  let steps = 2;
  while (steps ** 3 < classes) steps++;
  const level = (step: number) => (step % steps) / (steps - 1);
  return [
    level(classIndex),
    level(Math.floor(classIndex / steps)),
    level(Math.floor(classIndex / steps ** 2)),
  ];
}
