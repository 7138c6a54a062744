"""Makes the expected masks and suppressions in this folder with the original libraries. See README.md."""

import ctypes
import json
import pathlib
import sys

import numpy as np
import PIL
import torch
import torchvision
from PIL import Image

HERE = pathlib.Path(__file__).parent

# How many of the published masks are taken, and how long their texts may be.
PUBLISHED_COUNT = 12
PUBLISHED_CHARACTERS = 300


class Rle(ctypes.Structure):
    _fields_ = [
        ('h', ctypes.c_ulong),
        ('w', ctypes.c_ulong),
        ('m', ctypes.c_ulong),
        ('cnts', ctypes.POINTER(ctypes.c_uint)),
    ]


def load_mask_api(path):
    library = ctypes.CDLL(path)
    library.rleEncode.argtypes = [ctypes.POINTER(Rle), ctypes.c_char_p] + [ctypes.c_ulong] * 3
    library.rleToString.argtypes = [ctypes.POINTER(Rle)]
    library.rleToString.restype = ctypes.c_char_p
    library.rleFrString.argtypes = [ctypes.POINTER(Rle), ctypes.c_char_p, ctypes.c_ulong, ctypes.c_ulong]
    library.rleArea.argtypes = [ctypes.POINTER(Rle), ctypes.c_ulong, ctypes.POINTER(ctypes.c_uint)]
    library.rleToBbox.argtypes = [ctypes.POINTER(Rle), ctypes.POINTER(ctypes.c_double), ctypes.c_ulong]
    return library


def describe(library, rle):
    """Area and box of a mask, as the original has them."""
    area = ctypes.c_uint()
    library.rleArea(rle, 1, area)
    box = (ctypes.c_double * 4)()
    library.rleToBbox(rle, box, 1)
    x, y, width, height = [int(value) for value in box]
    return {
        'size': [rle.h, rle.w],
        'counts': library.rleToString(rle).decode('ascii'),
        'area': area.value,
        'box': [x, y, x + width, y + height] if area.value else None,
    }


def masks():
    """Masks whose runs meet each of the format's cases, by name."""
    random = np.random.default_rng(20240301)
    y, x = np.mgrid[0:97, 0:131]
    ring = (np.hypot(x - 70, y - 40) < 30) & (np.hypot(x - 75, y - 38) > 12)
    blobs = np.sin(x / 5) + np.cos(y / 7 + x / 11) > 0.6
    bar = np.zeros((60, 80), bool)
    bar[:, 17:23] = True
    staggered = np.zeros((40, 9), bool)
    staggered[20:, 2] = staggered[:11, 3] = True
    pixel = np.zeros((300, 400), bool)
    pixel[4, 3] = True
    late = np.zeros((500, 700), bool)
    late[499, 699] = True
    return {
        'empty': np.zeros((7, 5), bool),
        'full': np.ones((7, 5), bool),
        'one-pixel-picture': np.ones((1, 1), bool),
        'pixel': pixel,
        'last-pixel': late,
        'first-column': np.arange(12)[None, :].repeat(9, 0) == 0,
        'checkerboard': (np.indices((11, 14)).sum(0) % 2).astype(bool),
        'columns-that-join': bar,
        'runs-that-join': staggered,
        'ring': ring,
        'blobs': blobs,
        'noise': random.random((70, 61)) < 0.5,
        'dense-noise': random.random((64, 64)) < 0.9,
        'row': random.random((1, 200)) < 0.6,
        'column': random.random((200, 1)) < 0.6,
    }


def make_masks(library):
    cases = []
    for name, mask in masks().items():
        Image.fromarray(mask.astype(np.uint8) * 255).save(HERE / f'mask-{name}.png', optimize=True)
        rle = Rle()
        library.rleEncode(rle, mask.astype(np.uint8).tobytes(order='F'), *mask.shape, 1)
        cases.append({'name': name, **describe(library, rle)})
    return cases


def read_published(library, results):
    cases = []
    for result in json.loads(pathlib.Path(results).read_text()):
        segmentation = result['segmentation']
        if len(segmentation['counts']) > PUBLISHED_CHARACTERS or len(cases) == PUBLISHED_COUNT:
            continue
        rle = Rle()
        library.rleFrString(rle, segmentation['counts'].encode('ascii'), *segmentation['size'])
        # Published as it is, not written again.
        cases.append({**describe(library, rle), **segmentation})
    return cases


def candidate_sets():
    """Boxes, scores and classes by name, each with an overlap that suppresses some."""
    torch.manual_seed(11)

    def clustered(count, clusters, spread, size):
        centres = torch.rand(clusters, 2) * size
        middle = centres[torch.randint(clusters, (count,))] + torch.randn(count, 2) * spread
        half = torch.rand(count, 2) * spread * 3 + 4
        return torch.cat([middle - half, middle + half], 1)

    same = torch.tensor([[10.0, 20.0, 50.0, 80.0]]).repeat(6, 1)
    touching = torch.tensor([[0, 0, 10, 10], [10, 0, 20, 10], [0, 10, 10, 20], [10, 10, 20, 20], [5, 0, 15, 10]])
    flat = torch.tensor([[5, 5, 5, 9], [5, 5, 5, 9], [5, 5, 9, 5], [0, 0, 10, 10], [7, 7, 7, 7], [7, 7, 7, 7]])
    third = torch.tensor([[0, 0, 20, 10], [10, 0, 30, 10], [0, 0, 20, 10], [0, 5, 20, 15]])
    nested = torch.tensor([[0, 0, 2 * i + 2, 2 * i + 2] for i in range(24)])
    tied = clustered(400, 12, 12.0, 640)
    return {
        'identical': (same, torch.tensor([0.5, 0.9, 0.9, 0.1, 0.9, 0.5]), torch.tensor([0, 1, 0, 1, 1, 2]), 0.5),
        'touching': (touching.float(), torch.tensor([0.6, 0.7, 0.8, 0.9, 0.5]), torch.zeros(5), 0.0),
        'without-area': (flat.float(), torch.tensor([0.9, 0.8, 0.7, 0.6, 0.5, 0.4]), torch.zeros(6), 0.3),
        # An intersection over union of exactly a third, in single precision above the threshold in double.
        'at-the-threshold': (third.float(), torch.tensor([0.9, 0.8, 0.7, 0.6]), torch.zeros(4), 1 / 3),
        'nested': (nested.float(), torch.linspace(0.2, 0.9, 24), torch.arange(24) % 2, 0.6),
        'tied': (tied, torch.randint(1, 6, (400,)) / 8, torch.randint(3, (400,)), 0.45),
        'negative-scores': (clustered(120, 5, 9.0, 200), torch.randn(120).round(decimals=1), torch.randint(4, (120,)), 0.5),
        'outside-the-picture': (clustered(150, 6, 20.0, 60) - 30, torch.rand(150), torch.zeros(150), 0.4),
        'crowded': (clustered(1500, 30, 15.0, 640), torch.rand(1500), torch.randint(80, (1500,)), 0.65),
    }


def make_suppressions():
    cases = []
    for name, (boxes, scores, classes, threshold) in candidate_sets().items():
        np.save(HERE / f'nms-{name}.npy', torch.cat([boxes, scores[:, None], classes[:, None]], 1).numpy().astype('<f4'))
        cases.append({
            'name': name,
            'iou_threshold': threshold,
            'kept': torchvision.ops.nms(boxes, scores, threshold).tolist(),
            'kept_by_class': torchvision.ops.batched_nms(boxes, scores, classes.long(), threshold).tolist(),
        })
    return cases


def main():
    mask_api, published_results = sys.argv[1:]
    library = load_mask_api(mask_api)
    cases = {
        'masks': make_masks(library),
        'published': read_published(library, published_results),
        'suppressions': make_suppressions(),
    }
    lists = [f' "{kind}": [\n  ' + ',\n  '.join(map(json.dumps, entries)) + '\n ]' for kind, entries in cases.items()]
    (HERE / 'detection-cases.json').write_text('{\n' + ',\n'.join(lists) + '\n}\n')
    print('Pillow', PIL.__version__, 'torchvision', torchvision.__version__, 'NumPy', np.__version__)


if __name__ == '__main__':
    main()
