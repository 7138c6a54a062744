"""Makes the expected outputs in this folder with the original libraries. See README.md."""

import ctypes
import json
import pathlib

import cv2
import numpy as np
import PIL
import torch
from PIL import Image

HERE = pathlib.Path(__file__).parent
LIBDARKNET = '/usr/lib/darknet/libdarknet.so'

# Input picture to (width, height) of the output.
RESIZES = {
    'noise-61x47': [(23, 17), (150, 101), (90, 20), (13, 80), (61, 20), (20, 47), (61, 47), (1, 30), (30, 1), (1, 1)],
    'scene-120x90': [(41, 41), (60, 45), (150, 110), (33, 89), (119, 91)],
    'column-1x29': [(5, 10), (3, 60), (1, 7)],
    'row-33x1': [(10, 1), (50, 4), (7, 3)],
}

# Name: shape of the logits (classes, height, width), picture's (width, height), rows and columns of padding that
# the enlarged logits have on each side of the picture, and how smooth the logits are.
ARGMAXES = {
    'enlarged-noise': ((5, 9, 7), (60, 50), 0, 0, 1),
    'enlarged-smooth': ((21, 33, 33), (200, 150), 0, 0, 6),
    'reduced-noise': ((6, 40, 50), (17, 23), 0, 0, 1),
    'mixed': ((4, 30, 11), (45, 13), 0, 0, 2),
    'letterboxed': ((4, 20, 20), (200, 130), 35, 0, 2),
    'pillarboxed': ((4, 16, 16), (90, 160), 0, 35, 2),
    'many-classes': ((300, 4, 5), (31, 22), 0, 0, 1),
    'single-cell': ((7, 1, 1), (5, 4), 0, 0, 1),
}


class DarknetImage(ctypes.Structure):
    _fields_ = [('w', ctypes.c_int), ('h', ctypes.c_int), ('c', ctypes.c_int), ('data', ctypes.POINTER(ctypes.c_float))]


def scene(width, height, random):
    """Smooth gradients, hard edges and a fine pattern, as photos have them."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([x * 255 / width, y * 255 / height, 255 - (x + y) * 255 / (width + height)], axis=2)
    disc = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (height * 0.3) ** 2
    picture[disc] = [240, 30, 60]
    picture[int(height * 0.7) :, : width // 3] = 255 * ((x + y) % 2)[int(height * 0.7) :, : width // 3, None]
    return np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def input_pictures():
    random = np.random.default_rng(20240229)
    noise = lambda width, height: random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    return {
        'noise-61x47': noise(61, 47),
        'scene-120x90': scene(120, 90, random),
        'column-1x29': noise(1, 29),
        'row-33x1': noise(33, 1),
    }


def load_darknet():
    library = ctypes.CDLL(LIBDARKNET)
    library.resize_image.argtypes = [DarknetImage, ctypes.c_int, ctypes.c_int]
    library.resize_image.restype = DarknetImage
    library.free_image.argtypes = [DarknetImage]
    return library


def darknet_resize(library, picture, width, height):
    planes = np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)
    rows, columns, channels = picture.shape
    pointer = planes.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
    resized = library.resize_image(DarknetImage(columns, rows, channels, pointer), width, height)
    values = np.ctypeslib.as_array(resized.data, (3, height, width)).transpose(1, 2, 0).copy()
    library.free_image(resized)
    return values


def make_resizes():
    library = load_darknet()
    cases = []
    for name, picture in input_pictures().items():
        Image.fromarray(picture).save(HERE / f'{name}.png', optimize=True)
        for width, height in RESIZES[name]:
            output = f'{name}-to-{width}x{height}'
            for filter_name in ('bilinear', 'bicubic', 'lanczos'):
                pil = Image.fromarray(picture).resize((width, height), Image.Resampling[filter_name.upper()])
                pil.save(HERE / f'{output}.pil-{filter_name}.png', optimize=True)
            linear = cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
            Image.fromarray(linear).save(HERE / f'{output}.cv2-linear.png', optimize=True)
            # Darknet divides by zero for a single row and reads outside its picture.
            if height > 1:
                np.save(HERE / f'{output}.darknet.npy', darknet_resize(library, picture, width, height))
            cases.append({'input': name, 'width': width, 'height': height})
    return cases


def make_argmaxes():
    torch.manual_seed(7)
    cases = []
    for name, (shape, (width, height), rows, columns, smoothness) in ARGMAXES.items():
        classes, grid_height, grid_width = shape
        coarse = torch.randn(1, classes, max(grid_height // smoothness, 1), max(grid_width // smoothness, 1))
        logits = torch.nn.functional.interpolate(coarse, (grid_height, grid_width), mode='bicubic')
        enlarged = torch.nn.functional.interpolate(
            logits, (height + 2 * rows, width + 2 * columns), mode='bilinear', align_corners=False
        )[:, :, rows : rows + height, columns : columns + width]
        class_ids = enlarged.argmax(1)[0].numpy()
        np.save(HERE / f'argmax-{name}.npy', logits[0].numpy().astype('<f4'))
        depth = np.uint8 if classes <= 256 else np.uint16
        Image.fromarray(class_ids.astype(depth)).save(HERE / f'argmax-{name}.png', optimize=True)
        cells_x, cells_y = grid_width / (width + 2 * columns), grid_height / (height + 2 * rows)
        region = {'x': columns * cells_x, 'y': rows * cells_y, 'width': width * cells_x, 'height': height * cells_y}
        cases.append({'name': name, 'region': region, 'width': width, 'height': height})
    return cases


def main():
    cases = {'resizes': make_resizes(), 'argmaxes': make_argmaxes()}
    (HERE / 'cases.json').write_text(json.dumps(cases, indent=1) + '\n')
    print('Pillow', PIL.__version__, 'OpenCV', cv2.__version__, 'PyTorch', torch.__version__, 'NumPy', np.__version__)


if __name__ == '__main__':
    main()
