import { describe, expect, it } from 'vitest';
import type { RegionMask } from '../masks/region-mask.js';
import { formatColor } from '../palettes/color.js';
import { distinctColor } from '../palettes/distinct-color.js';
import { type Pixels, pixelsOf } from '../pixels.js';
import type { Box } from '../placement.js';
import { noise } from '../testing/noise.js';
import { type DrawnDetection, drawDetections } from './draw-detections.js';

const GREY = 100;
const RED = [255, 0, 0];

function grey(width: number, height: number): Pixels {
  return pixelsOf(new Uint8Array(width * height * 3).fill(GREY), width, height);
}

function detection(box: Box, parts: Partial<DrawnDetection> = {}): DrawnDetection {
  return { box, color: '#ff0000', text: '', mask: null, ...parts };
}

function pixel({ width, data }: Pixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** The smallest box around all pixels that were drawn on. */
function drawnBox({ width, height, data }: Pixels): Box {
  let box = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      if (data[at] === GREY && data[at + 1] === GREY && data[at + 2] === GREY) continue;
      box = [Math.min(box[0]!, x), Math.min(box[1]!, y), Math.max(box[2]!, x + 1), Math.max(box[3]!, y + 1)];
    }
  }
  return box as unknown as Box;
}

function square(x: number, y: number, side: number): RegionMask {
  return { x, y, width: side, height: side, data: new Uint8Array(side * side).fill(1) };
}

describe('a drawn box', () => {
  it('is a line in its colour along its edges, and nothing inside', async () => {
    const picture = await drawDetections(grey(300, 200), [detection([50, 40, 120, 90])]);
    expect(drawnBox(picture)).toEqual([50, 40, 120, 90]);
    expect(pixel(picture, 50, 60)).toEqual(RED);
    expect(pixel(picture, 119, 89)).toEqual(RED);
    expect(pixel(picture, 51, 41)).toEqual([GREY, GREY, GREY]);
  });

  it('has a wider line in a larger picture, half of it outside the box', async () => {
    const picture = await drawDetections(grey(2000, 1600), [detection([400, 400, 900, 900])]);
    const [x0, , x1] = drawnBox(picture);
    expect(x0).toBeLessThan(400);
    expect(x1 - 900).toBe(400 - x0);
    expect(pixel(picture, 401, 600)).toEqual(RED);
    expect(pixel(picture, 410, 600)).toEqual([GREY, GREY, GREY]);
  });

  it.each([
    ['over the edges', [-50, -50, 400, 300], [0, 0, 300, 200]],
    ['of a point', [70.2, 50.1, 70.9, 50.8], [70, 50, 71, 51]],
  ] as const)('stays inside the picture %s', async (_, box, expected) => {
    expect(drawnBox(await drawDetections(grey(300, 200), [detection(box)]))).toEqual(expected);
  });

  it('lies on those of later detections', async () => {
    const box = [50, 40, 120, 90] as const;
    const detections = [detection(box), detection(box, { color: '#0000ff' })];
    expect(pixel(await drawDetections(grey(300, 200), detections), 50, 60)).toEqual(RED);
  });

  it('leaves the picture that it was given as it is', async () => {
    const picture = grey(300, 200);
    await drawDetections(picture, [detection([0, 0, 90, 90], { text: 'cat', mask: square(9, 9, 20) })]);
    expect(picture).toEqual(grey(300, 200));
  });
});

describe('a drawn mask', () => {
  it('is half transparent, with an outline', async () => {
    const mask = square(60, 50, 30);
    const picture = await drawDetections(grey(300, 200), [detection([20, 20, 200, 150], { mask })]);
    expect(pixel(picture, 75, 65)).toEqual([162, 60, 60]);
    for (const [x, y] of [
      [60, 65],
      [89, 65],
      [75, 50],
      [75, 79],
    ]) {
      expect(pixel(picture, x!, y!)).toEqual([246, 6, 6]);
    }
    expect(pixel(picture, 59, 65)).toEqual([GREY, GREY, GREY]);
    expect(pixel(picture, 61, 65)).toEqual([162, 60, 60]);
  });

  it('has an outline around its holes, none at the edge of the picture', async () => {
    const mask = square(0, 0, 40);
    mask.data[20 * 40 + 20] = 0;
    const picture = await drawDetections(grey(40, 40), [detection([0, 0, 0, 0], { mask })]);
    expect(pixel(picture, 0, 20)).toEqual([162, 60, 60]);
    expect(pixel(picture, 39, 39)).toEqual([162, 60, 60]);
    expect(pixel(picture, 20, 20)).toEqual([GREY, GREY, GREY]);
    for (const [x, y] of [
      [19, 20],
      [21, 20],
      [20, 19],
      [20, 21],
    ]) {
      expect(pixel(picture, x!, y!)).toEqual([246, 6, 6]);
    }
  });

  it('may be empty', async () => {
    const mask = { x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) };
    const box = [50, 40, 120, 90] as const;
    expect(await drawDetections(grey(300, 200), [detection(box, { mask })])).toEqual(
      await drawDetections(grey(300, 200), [detection(box)]),
    );
  });

  it('is asked for when it is drawn, so that all need not be there at once', async () => {
    const asked: number[] = [];
    const lazily = (index: number): DrawnDetection => ({
      box: [10, 10, 20, 20],
      color: '#ff0000',
      text: '',
      get mask() {
        asked.push(index);
        return square(10, 10, 5);
      },
    });
    await drawDetections(grey(100, 60), [lazily(0), lazily(1)]);
    expect(asked).toEqual([1, 0, 1, 0]);
  });
});

describe('a drawn label', () => {
  const textPixels = ({ data }: Pixels) => {
    let count = 0;
    for (let at = 0; at < data.length; at += 3) {
      if (data[at] === 0 && data[at + 1] === 0 && data[at + 2] === 0) count++;
    }
    return count;
  };

  it('stands on its box in the colour of the box, with letters on it', async () => {
    const picture = await drawDetections(grey(300, 200), [
      detection([50, 60, 120, 90], { text: 'cat 0.98' }),
    ]);
    const [x0, y0, , y1] = drawnBox(picture);
    expect([x0, y1]).toEqual([50, 90]);
    expect(y0).toBeLessThan(60 - 10);
    expect(pixel(picture, x0, y0)).toEqual(RED);
    expect(textPixels(picture)).toBeGreaterThan(50);
  });

  it('has letters that grow with the picture', async () => {
    const heightOf = async (width: number, height: number) => {
      const box = [width / 2, height / 2, width / 2 + 9, height / 2 + 9] as const;
      const drawn = drawnBox(await drawDetections(grey(width, height), [detection(box, { text: 'cat' })]));
      return height / 2 - drawn[1];
    };
    const small = await heightOf(300, 200);
    expect(small).toBeGreaterThanOrEqual(15);
    expect(await heightOf(4000, 3000)).toBeGreaterThan(small * 5);
  });

  it.each([
    ['upper left', [0, 0, 20, 10]],
    ['upper right', [280, 0, 300, 10]],
    ['lower left', [0, 190, 20, 200]],
    ['lower right', [290, 195, 300, 200]],
    ['whole picture', [0, 0, 300, 200]],
  ] as const)('is whole at the edges of the picture: %s', async (_, box) => {
    const free = await drawDetections(grey(300, 200), [
      detection([100, 90, 110, 99], { text: 'giraffe 0.5' }),
    ]);
    const picture = await drawDetections(grey(300, 200), [detection(box, { text: 'giraffe 0.5' })]);
    expect(textPixels(picture)).toBe(textPixels(free));
  });

  it('leaves a small picture to be seen: the first ones stay, the others are left out', async () => {
    const boxes = [
      [4, 20, 30, 40],
      [30, 4, 60, 30],
      [34, 34, 60, 60],
    ] as const;
    const drawn = (texts: readonly string[]) =>
      drawDetections(
        grey(64, 64),
        boxes.map((box, i) => detection(box, { text: texts[i]! })),
      );
    expect(await drawn(['a red star', 'a white star', 'a star'])).toEqual(
      await drawn(['a red star', '', '']),
    );
    expect(await drawn(['a', 'b', 'c'])).not.toEqual(await drawn(['a', 'b', '']));
  });

  it('is left out where it does not fit at all', async () => {
    const withText = await drawDetections(grey(9, 9), [detection([1, 1, 5, 5], { text: 'cat' })]);
    expect(withText).toEqual(await drawDetections(grey(9, 9), [detection([1, 1, 5, 5])]));
    const flat = await drawDetections(grey(400, 6), [detection([1, 1, 5, 5], { text: 'cat' })]);
    expect(flat).toEqual(await drawDetections(grey(400, 6), [detection([1, 1, 5, 5])]));
  });

  it('may be any text at all', async () => {
    const units = new Uint16Array(noise(2 * 60 * 12, 3).buffer);
    const texts = Array.from({ length: 60 }, (_, i) =>
      String.fromCharCode(...units.subarray(i * 12, i * 12 + 12)),
    );
    texts.push(
      '👩‍👩‍👧 семья',
      'ﷺﷺ 0.5',
      'क्षत्रिय',
      '\u0301\u0301',
      '\ud800',
      '</svg><script>',
      'x'.repeat(1e6),
      '\n\t ',
    );
    const detections = texts.map((text, i) =>
      detection([(i % 8) * 100, Math.floor(i / 8) * 60, (i % 8) * 100 + 50, Math.floor(i / 8) * 60 + 40], {
        text,
        color: formatColor(distinctColor(i)),
      }),
    );
    const picture = await drawDetections(grey(900, 700), detections);
    expect(picture).toMatchObject({ width: 900, height: 700 });
    expect(textPixels(picture)).toBeGreaterThan(500);
  });
});

describe('drawing', () => {
  it.each([
    ['a box of no numbers', { box: [0, Number.NaN, 1, 1] as const }, 'got [0, NaN, 1, 1]'],
    ['a colour by name', { color: 'red' }, '#rrggbb'],
    [
      'a mask that reaches out of the picture',
      { mask: square(290, 0, 20) },
      'inside the picture of 300 × 200',
    ],
  ])('refuses %s', async (_, parts, message) => {
    await expect(drawDetections(grey(300, 200), [detection([0, 0, 9, 9], parts)])).rejects.toThrow(message);
  });

  it('of nothing gives the picture', async () => {
    expect(await drawDetections(grey(30, 20), [])).toEqual(grey(30, 20));
  });
});
