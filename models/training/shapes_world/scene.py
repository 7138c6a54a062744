"""A seeded scene: its picture and everything that is true about it."""

from dataclasses import dataclass, field, replace

import numpy as np

from .background import BACKGROUND_KINDS, Background, draw_background
from .colors import COLOR_NAMES, is_distinct, shape_rgb
from .degradation import as_bytes, degrade
from .shapes import KINDS, UPRIGHT, Shape, area, coverage


@dataclass(frozen=True)
class SceneOptions:
    """The range of scenes to draw from."""

    count: tuple[int, int] = (1, 6)  # fewest and most shapes aimed at
    # Diameter of the circumscribed circle over the picture's shortest edge.
    size: tuple[float, float] = (0.10, 0.60)
    # Shapes that show less of their area are dropped: of a fragment nobody can
    # tell what it is a fragment of.
    min_visible: float = 0.40
    degraded: bool = True  # lighting, blur, noise and compression
    backgrounds: tuple[str, ...] = BACKGROUND_KINDS
    # Radians that shapes are turned at most from how they stand upright, to
    # either side; None for any angle.
    max_turn: float | None = None


@dataclass(frozen=True)
class Instance:
    """A shape of the scene and what can be seen of it."""

    instance_id: int  # its value in the instance map; 1 is the furthest back
    shape: Shape
    box: tuple[int, int, int, int]  # visible part, x0 y0 x1 y1, edges exclusive
    visible_area: int  # pixels
    visible_fraction: float  # of the whole shape's area, 0..1


@dataclass(frozen=True)
class GroundTruth:
    """What is where: the topmost shape owns a pixel."""

    class_map: np.ndarray  # uint8 [height, width], an index into CLASS_NAMES
    instance_map: np.ndarray  # uint8 [height, width], 0 is the background
    instances: list[Instance] = field(default_factory=list)  # back to front


@dataclass(frozen=True)
class Scene:
    """A picture of the shapes world with its ground truth."""

    seed: int
    picture: np.ndarray  # uint8 [height, width, 3], RGB
    background: Background
    truth: GroundTruth


def _random_rotation(kind: str, max_turn: float | None, rng: np.random.Generator) -> float:
    if max_turn is None:
        return round(2 * np.pi * rng.random(), 4)
    return round(UPRIGHT[kind] + max_turn * (2 * rng.random() - 1), 4)


def _random_shape(
    width: int, height: int, options: SceneOptions, rng: np.random.Generator
) -> Shape:
    """A shape of random kind, place and size; colour is chosen later."""
    shortest = min(width, height)
    smallest, largest = options.size
    # The power makes small shapes somewhat more frequent than large ones.
    radius = shortest * (smallest + (largest - smallest) * rng.random() ** 1.3) / 2
    margin = 0.6 * radius  # how far the centre stays from the picture's edge
    kind = KINDS[int(rng.integers(len(KINDS)))]
    return Shape(
        kind=kind,
        color="",
        rgb=(0.0, 0.0, 0.0),
        center=(
            round(margin + (width - 2 * margin) * rng.random(), 3),
            round(margin + (height - 2 * margin) * rng.random(), 3),
        ),
        radius=round(radius, 3),
        rotation=_random_rotation(kind, options.max_turn, rng),
        slenderness=round(rng.random(), 3),
    )


def _overlap(first: Shape, second: Shape) -> bool:
    """Whether the circumscribed circles touch."""
    dx, dy = first.center[0] - second.center[0], first.center[1] - second.center[1]
    return dx * dx + dy * dy < (first.radius + second.radius) ** 2


def _colored(
    shape: Shape, others: list[Shape], background: Background, rng: np.random.Generator
) -> Shape | None:
    """The shape in a colour that stands out from all that it may lie on."""
    touching = [other for other in others if _overlap(shape, other)]
    taken = {background.color, *(other.color for other in touching)}
    around = [*background.shades, *(np.asarray(other.rgb) for other in touching)]
    for index in rng.permutation(len(COLOR_NAMES)):
        name = COLOR_NAMES[index]
        rgb = shape_rgb(name, rng)
        if name not in taken and is_distinct(rgb, around):
            red, green, blue = map(float, rgb)
            return replace(shape, color=name, rgb=(red, green, blue))
    return None


def _place_shapes(
    width: int,
    height: int,
    background: Background,
    options: SceneOptions,
    rng: np.random.Generator,
) -> list[Shape]:
    """Shapes from back to front; some may still hide others."""
    fewest, most = options.count
    wanted = int(rng.integers(fewest, most + 1))
    placed: list[Shape] = []
    for _ in range(wanted):
        shape = _random_shape(width, height, options, rng)
        colored = _colored(shape, placed, background, rng)
        if colored is not None:
            placed.append(colored)
    return placed


def _instance_map(shapes: list[Shape], width: int, height: int) -> np.ndarray:
    """uint8 [height, width]: 1 + index of the topmost shape, 0 background."""
    owners = np.zeros((height, width), dtype=np.uint8)
    for index, shape in enumerate(shapes):
        covered = coverage(shape, width, height)
        if covered is not None:
            rows, columns, amount = covered
            owners[rows, columns][amount >= 0.5] = index + 1
    return owners


def _without_hidden(
    shapes: list[Shape], width: int, height: int, min_visible: float
) -> tuple[list[Shape], np.ndarray]:
    """Drops the most hidden shape until every one shows enough of itself."""
    while True:
        owners = _instance_map(shapes, width, height)
        pixels = np.bincount(owners.ravel(), minlength=len(shapes) + 1)[1:]
        shown = [count / area(shape) for count, shape in zip(pixels, shapes)]
        if not shown or min(shown) >= min_visible:
            return shapes, owners
        worst = shown.index(min(shown))
        shapes = shapes[:worst] + shapes[worst + 1 :]


def _ground_truth(shapes: list[Shape], owners: np.ndarray) -> GroundTruth:
    classes = np.array([0, *(shape.class_id for shape in shapes)], dtype=np.uint8)
    instances = []
    for instance_id, shape in enumerate(shapes, start=1):
        y, x = np.nonzero(owners == instance_id)
        box = (int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1)
        fraction = min(len(x) / area(shape), 1.0)
        instances.append(Instance(instance_id, shape, box, len(x), fraction))
    return GroundTruth(classes[owners], owners, instances)


def _paint(background: Background, shapes: list[Shape]) -> np.ndarray:
    """float32 [height, width, 3], 0..255, with anti-aliased edges."""
    picture = background.pixels.copy()
    height, width, _ = picture.shape
    for shape in shapes:
        covered = coverage(shape, width, height)
        if covered is not None:
            rows, columns, amount = covered
            under = picture[rows, columns]
            fill = np.asarray(shape.rgb, dtype=np.float32)
            picture[rows, columns] = under + amount[:, :, None] * (fill - under)
    return picture


def draw_scene(
    seed: int, width: int, height: int, options: SceneOptions = SceneOptions()
) -> Scene:
    """The scene of this seed, size (in pixels) and options.

    A scene has at least one shape; it may have fewer than it aimed at where
    one would have hidden another.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    shapes: list[Shape] = []
    while not shapes:
        kind = options.backgrounds[int(rng.integers(len(options.backgrounds)))]
        color = COLOR_NAMES[int(rng.integers(len(COLOR_NAMES)))]
        background = draw_background(kind, color, width, height, rng)
        placed = _place_shapes(width, height, background, options, rng)
        shapes, owners = _without_hidden(placed, width, height, options.min_visible)
    picture = _paint(background, shapes)
    picture = degrade(picture, rng) if options.degraded else as_bytes(picture)
    return Scene(seed, picture, background, _ground_truth(shapes, owners))
