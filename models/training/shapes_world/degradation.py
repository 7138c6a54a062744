"""What a camera and a file format do to a picture: light, blur, noise, JPEG.

All pictures here are float32 [height, width, 3] in 0..255.  Sums are taken
over numbers with few binary digits, so that they are exact whatever the order
in which a machine adds them up.
"""

import numpy as np

# The example quantisation tables of the JPEG standard (ITU-T T.81, annex K).
_LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
_CHROMINANCE = np.full((8, 8), 99)
_CHROMINANCE[:4, :4] = [
    [17, 18, 24, 47],
    [18, 21, 26, 66],
    [24, 26, 56, 99],
    [47, 66, 99, 99],
]


def _cosine_transform() -> np.ndarray:
    """The 8-point DCT-II as an [8, 8] matrix with 12 binary digits."""
    k, n = np.arange(8)[:, None], np.arange(8)[None, :]
    matrix = np.cos(np.pi * (2 * n + 1) * k / 16) * np.where(k == 0, np.sqrt(0.125), 0.5)
    return np.round(matrix * 4096) / 4096


_DCT = _cosine_transform()


def light(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Overall exposure and a slope of light across the picture."""
    height, width, _ = picture.shape
    gain = 0.9 + 0.16 * rng.random()
    slope_x, slope_y = 0.24 * (rng.random(2) - 0.5)
    x = np.arange(width, dtype=np.float32)[None, :] / width - np.float32(0.5)
    y = np.arange(height, dtype=np.float32)[:, None] / height - np.float32(0.5)
    plane = np.float32(gain) + np.float32(slope_x) * x + np.float32(slope_y) * y
    return picture * plane[:, :, None]


def blur(picture: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur over 5 x 5 pixels; `sigma` in pixels, up to about 1.2."""
    weights = np.exp(-np.arange(3) ** 2 / (2 * sigma**2))
    weights = np.round(weights / (weights[0] + 2 * weights[1:].sum()) * 256) / 256
    weights = weights.astype(np.float32)
    for axis in (0, 1):
        pad = [(2, 2) if a == axis else (0, 0) for a in range(3)]
        padded = np.pad(picture, pad, mode="edge")
        size = picture.shape[axis]
        taps = [np.take(padded, range(k, k + size), axis=axis) for k in range(5)]
        middle = 1 - 2 * (weights[1] + weights[2])
        picture = (
            middle * taps[2]
            + weights[1] * (taps[1] + taps[3])
            + weights[2] * (taps[0] + taps[4])
        )
    return picture


def add_noise(
    picture: np.ndarray, deviation: float, rng: np.random.Generator
) -> np.ndarray:
    """Sensor noise, near Gaussian; `deviation` is its standard deviation."""
    bytes_ = rng.integers(0, 256, size=(3, *picture.shape), dtype=np.uint8)
    total = bytes_.astype(np.float32).sum(axis=0) - np.float32(3 * 127.5)
    # Each byte's standard deviation is 73.9; three of them give 128.
    return picture + total * np.float32(deviation / 128)


def _compress_plane(plane: np.ndarray, table: np.ndarray) -> np.ndarray:
    """One colour plane, float64 [height, width], through quantised 8x8 blocks."""
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % 8), (0, -width % 8)), mode="edge")
    rows, columns = padded.shape[0] // 8, padded.shape[1] // 8
    blocks = padded.reshape(rows, 8, columns, 8).swapaxes(1, 2)
    coefficients = np.round((_DCT @ blocks @ _DCT.T) / table) * table
    restored = np.round(_DCT.T @ coefficients @ _DCT)
    return restored.swapaxes(1, 2).reshape(padded.shape)[:height, :width]


def _halved(plane: np.ndarray) -> np.ndarray:
    height, width = plane.shape
    padded = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    total = (
        padded[0::2, 0::2] + padded[1::2, 0::2] + padded[0::2, 1::2] + padded[1::2, 1::2]
    )
    return np.round(total / 4)


def compress(picture: np.ndarray, quality: int) -> np.ndarray:
    """The losses of a JPEG file with 4:2:0 colour; `quality` 1..95."""
    height, width, _ = picture.shape
    red, green, blue = np.clip(np.round(picture), 0, 255).astype(np.float64).transpose(2, 0, 1)
    luma = np.round(0.299 * red + 0.587 * green + 0.114 * blue)
    cb, cr = np.round(0.564 * (blue - luma)), np.round(0.713 * (red - luma))
    percent = 5000 // quality if quality < 50 else 200 - 2 * quality
    tables = [np.clip((t * percent + 50) // 100, 1, 255) for t in (_LUMINANCE, _CHROMINANCE)]
    luma = _compress_plane(luma - 128, tables[0]) + 128
    cb, cr = (
        _compress_plane(_halved(p), tables[1]).repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
        for p in (cb, cr)
    )
    restored = [luma + 1.403 * cr, luma - 0.344 * cb - 0.714 * cr, luma + 1.773 * cb]
    return np.stack(restored, axis=2).astype(np.float32)


def degrade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random choice of the above; gives uint8 [height, width, 3]."""
    if rng.random() < 0.6:
        picture = light(picture, rng)
    if rng.random() < 0.4:
        picture = blur(picture, sigma=0.4 + 0.5 * rng.random())
    if rng.random() < 0.6:
        picture = add_noise(picture, deviation=1 + 6 * rng.random(), rng=rng)
    if rng.random() < 0.5:
        picture = compress(picture, quality=int(rng.integers(45, 93)))
    return as_bytes(picture)


def as_bytes(picture: np.ndarray) -> np.ndarray:
    """Rounded and clipped to uint8."""
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)
