import { describe, expect, it } from 'vitest';
import { type PlacementRequest, placePicture } from './placement.js';

function placed(request: Partial<PlacementRequest> & Pick<PlacementRequest, 'mode'>) {
  const placement = placePicture({
    pictureWidth: 1280,
    pictureHeight: 720,
    inputWidth: null,
    inputHeight: null,
    ...request,
  });
  const { inputWidth, inputHeight, resizedWidth, resizedHeight, offsetX, offsetY } = placement;
  return {
    input: [inputWidth, inputHeight],
    resized: [resizedWidth, resizedHeight],
    offset: [offsetX, offsetY],
  };
}

describe('stretching', () => {
  it('fills the input exactly', () => {
    expect(placed({ mode: 'stretch', inputWidth: 257, inputHeight: 300 })).toEqual({
      input: [257, 300],
      resized: [257, 300],
      offset: [0, 0],
    });
  });

  it('needs a fixed input', () => {
    expect(() => placed({ mode: 'stretch', inputWidth: 257 })).toThrow('inputHeight');
  });
});

describe('letterboxing', () => {
  it('centres the picture, or leaves it at the top left', () => {
    const request = { mode: 'letterbox', inputWidth: 640, inputHeight: 640 } as const;
    expect(placed(request)).toEqual({ input: [640, 640], resized: [640, 360], offset: [0, 140] });
    expect(placed({ ...request, letterboxAnchor: 'top-left' }).offset).toEqual([0, 0]);
    expect(placed({ ...request, pictureWidth: 300, pictureHeight: 600 })).toEqual({
      input: [640, 640],
      resized: [320, 640],
      offset: [160, 0],
    });
  });

  it('puts the extra pixel of odd padding right and below', () => {
    const request = { mode: 'letterbox', inputWidth: 10, inputHeight: 10 } as const;
    expect(placed({ ...request, pictureWidth: 10, pictureHeight: 5 }).offset).toEqual([0, 2]);
  });

  it.each([
    ['round', 682],
    ['round-half-up', 683],
    ['floor', 682],
    ['truncate', 682],
  ] as const)('rounds half a pixel as asked: %s', (rounding, height) => {
    const request = { mode: 'letterbox', inputWidth: 1024, inputHeight: 1024, rounding } as const;
    expect(placed({ ...request, pictureWidth: 2048, pictureHeight: 1365 }).resized).toEqual([1024, height]);
  });

  it('floors in whole numbers, but truncates what rounding has already made smaller', () => {
    // 416 / 360 * 360 is a little less than 416 in double precision.
    const picture = { mode: 'letterbox', pictureWidth: 360, pictureHeight: 100 } as const;
    const request = { ...picture, inputWidth: 416, inputHeight: 416 };
    expect(placed({ ...request, rounding: 'floor' }).resized).toEqual([416, 115]);
    expect(placed({ ...request, rounding: 'truncate' }).resized).toEqual([415, 115]);
    expect(placed({ ...request, rounding: 'round' }).resized).toEqual([416, 116]);
  });

  it('keeps at least one pixel of a very thin picture', () => {
    const thin = { pictureWidth: 60_000, pictureHeight: 2 };
    expect(placed({ mode: 'letterbox', inputWidth: 320, inputHeight: 320, ...thin }).resized).toEqual([
      320, 1,
    ]);
  });
});

describe('resizing by the shortest edge', () => {
  it('truncates the longer side, as torchvision does', () => {
    const request = { mode: 'shortest-edge', shortestEdge: 256 } as const;
    expect(placed(request).resized).toEqual([455, 256]);
    expect(placed({ ...request, pictureWidth: 720, pictureHeight: 1280 }).resized).toEqual([256, 455]);
  });

  it('limits the longer side, and truncates the shorter one then', () => {
    const request = { mode: 'shortest-edge', shortestEdge: 800, longestEdgeLimit: 1333 } as const;
    expect(placed(request).resized).toEqual([1333, 749]);
    expect(() => placed({ ...request, longestEdgeLimit: 700 })).toThrow('longestEdgeLimit');
  });

  it('pads a free input to a multiple, right and below', () => {
    expect(placed({ mode: 'shortest-edge', shortestEdge: 250, multipleOf: 32 })).toEqual({
      input: [448, 256],
      resized: [444, 250],
      offset: [0, 0],
    });
  });

  it('shows the middle of what is larger than a fixed input', () => {
    const request = { mode: 'shortest-edge', shortestEdge: 224, inputWidth: 224, inputHeight: 224 } as const;
    expect(placed(request)).toEqual({ input: [224, 224], resized: [398, 224], offset: [-87, 0] });
    // 3 pixels too many: torchvision rounds 1.5 to 2.
    const wide = { ...request, pictureWidth: 227, pictureHeight: 224 };
    expect(placed(wide).offset).toEqual([-2, 0]);
    expect(placed({ ...wide, cropRounding: 'transformers' }).offset).toEqual([-1, 0]);
  });

  it('surrounds what is smaller than a fixed input, the odd pixel left and above with transformers', () => {
    const request = { mode: 'shortest-edge', shortestEdge: 5, inputWidth: 8, inputHeight: 8 } as const;
    const square = { ...request, pictureWidth: 10, pictureHeight: 10 };
    expect(placed(square).offset).toEqual([1, 1]);
    expect(placed({ ...square, cropRounding: 'transformers' }).offset).toEqual([2, 2]);
    // 9 × 5 on 8 × 8: one dimension is cut, the other one padded.
    const wide = { ...request, pictureWidth: 9, pictureHeight: 5, cropRounding: 'transformers' } as const;
    expect(placed(wide).offset).toEqual([0, 2]);
  });

  it('needs the length', () => {
    expect(() => placed({ mode: 'shortest-edge' })).toThrow('shortestEdge');
  });
});

describe('leaving a picture as it is', () => {
  it('makes the input as large as the picture', () => {
    expect(placed({ mode: 'none' })).toEqual({ input: [1280, 720], resized: [1280, 720], offset: [0, 0] });
  });
});
