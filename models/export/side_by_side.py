"""Draws answers beside one another."""

import colorsys
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from .answers import Answer, ClassMap, Detections, PromptedMasks, Similarities

PANEL_WIDTH, PANEL_HEIGHT_MAX = 480, 1200
TITLE_HEIGHT = 22
LEGEND_LINE = 16
LEGEND_CLASSES = 12
GAP = 6
OVERLAY = 0.55
GROUND = (250, 250, 250)
INK = (20, 20, 20)
LINES_OF_TEXT = 12


def side_by_side(
    picture: Image.Image, answers: Sequence[tuple[str, Answer]], labels: Sequence[str]
) -> Image.Image:
    """The picture, and what each answer has on it. Where one differs from the first, that is red in a last panel."""
    panels = [("picture", picture), *((title, draw(picture, answer, labels)) for title, answer in answers)]
    first = answers[0][1]
    changes = [difference(picture, first, answer) for _, answer in answers[1:]]
    if all(change is not None for change in changes):
        panels.append(("what differs, in red", mark(picture, np.logical_or.reduce(changes))))
    scale = min(PANEL_WIDTH / picture.width, PANEL_HEIGHT_MAX / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    legend = legend_of(first, labels)
    height = TITLE_HEIGHT + size[1] + LEGEND_LINE * len(legend)
    sheet = Image.new("RGB", (len(panels) * (PANEL_WIDTH + GAP) - GAP, height), GROUND)
    pen = ImageDraw.Draw(sheet)
    for index, (title, panel) in enumerate(panels):
        left = index * (PANEL_WIDTH + GAP)
        pen.text((left + 4, 5), ascii_only(title), fill=INK)
        sheet.paste(panel.resize(size, Image.BICUBIC), (left, TITLE_HEIGHT))
    for line, (color, text) in enumerate(legend):
        top = TITLE_HEIGHT + size[1] + LEGEND_LINE * line
        pen.rectangle((4, top + 3, 14, top + 13), fill=color)
        pen.text((20, top + 2), ascii_only(text), fill=INK)
    return sheet


def legend_of(answer: Answer, labels: Sequence[str]) -> list[tuple[tuple[int, int, int], str]]:
    """Colours of the classes that a map has most of; detections have their names beside them."""
    if not isinstance(answer, ClassMap):
        return []
    shares = np.bincount(answer.class_ids.ravel(), minlength=len(labels)) / answer.class_ids.size
    most = [int(index) for index in np.argsort(-shares, kind="stable")[:LEGEND_CLASSES] if shares[index] > 0]
    return [(map_color(index), f"{labels[index]} {shares[index]:.1%}") for index in most]


def map_color(class_id: int) -> tuple[int, int, int]:
    """The first class, which mostly is the background, is black."""
    return color_of(class_id) if class_id > 0 else (0, 0, 0)


def draw(picture: Image.Image, answer: Answer, labels: Sequence[str]) -> Image.Image:
    if isinstance(answer, ClassMap):
        colors = np.array([map_color(index) for index in range(max(2, len(answer.logits)))])
        return blend(picture, colors[answer.class_ids], np.ones(answer.class_ids.shape, bool))
    if isinstance(answer, Detections):
        return draw_detections(picture, answer, labels)
    if isinstance(answer, PromptedMasks):
        return draw_masks(picture, answer)
    return draw_similarities(picture, answer, labels)


def draw_detections(picture: Image.Image, found: Detections, labels: Sequence[str]) -> Image.Image:
    drawn = picture
    if found.masks is not None:
        for mask, class_id in zip(found.masks[::-1], found.class_ids[::-1]):
            drawn = blend(drawn, np.array(color_of(int(class_id))), mask)
    drawn = drawn.copy()
    pen = ImageDraw.Draw(drawn)
    width = max(2, round(picture.width / 300))
    for box, score, class_id in zip(found.boxes, found.scores, found.class_ids):
        color = color_of(int(class_id))
        edges = [float(edge) for edge in box]
        pen.rectangle(edges, outline=color, width=width)
        name = labels[class_id] if 0 <= class_id < len(labels) else str(class_id)
        pen.text((edges[0] + 4, edges[1] + 4), ascii_only(f"{name} {score:.3f}"), fill=color)
    return drawn


def draw_masks(picture: Image.Image, answer: PromptedMasks) -> Image.Image:
    drawn = picture
    for index, (masks, predictions) in enumerate(zip(answer.masks, answer.predictions)):
        drawn = blend(drawn, np.array(color_of(index + 1)), masks[int(np.argmax(predictions))])
    return drawn


def draw_similarities(picture: Image.Image, answer: Similarities, texts: Sequence[str]) -> Image.Image:
    drawn = Image.new("RGB", picture.size, GROUND)
    pen = ImageDraw.Draw(drawn)
    order = np.argsort(-answer.logits[0])[:LINES_OF_TEXT]
    for line, index in enumerate(order):
        pen.text((8, 8 + 16 * line), ascii_only(f"{answer.logits[0][index]:8.4f}  {texts[index]}"), fill=INK)
    return drawn


def difference(picture: Image.Image, a: Answer, b: Answer) -> np.ndarray | None:
    """bool [height, width] where two answers differ; `None` where that is nothing in the picture."""
    if isinstance(a, ClassMap) and isinstance(b, ClassMap):
        return a.class_ids != b.class_ids
    if isinstance(a, Similarities):
        return None
    covers = [coverage(picture, answer) for answer in (a, b)]
    return covers[0] != covers[1]


def coverage(picture: Image.Image, answer: Detections | PromptedMasks) -> np.ndarray:
    """How many masks, or boxes where there are none, lie on each pixel."""
    count = np.zeros((picture.height, picture.width), int)
    if isinstance(answer, Detections) and answer.masks is None:
        for x0, y0, x1, y1 in np.round(answer.boxes).astype(int):
            count[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] += 1
        return count
    masks = answer.masks.reshape(-1, *answer.masks.shape[-2:])
    return count + masks.sum(0)


def mark(picture: Image.Image, where: np.ndarray) -> Image.Image:
    grey = np.asarray(picture.convert("L").convert("RGB"), np.float32) * 0.5 + 100
    grey[where] = (230, 0, 0)
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def blend(picture: Image.Image, color: np.ndarray, mask: np.ndarray) -> Image.Image:
    pixels = np.asarray(picture, np.float32)
    mixed = pixels * (1 - OVERLAY) + np.broadcast_to(color, pixels.shape) * OVERLAY
    return Image.fromarray(np.where(mask[:, :, None], mixed, pixels).astype(np.uint8))


def color_of(index: int) -> tuple[int, int, int]:
    """Colours far from one another: hues in steps of the golden ratio."""
    red, green, blue = colorsys.hsv_to_rgb(index * 0.61803398875 % 1, 0.85, 1.0)
    return round(red * 255), round(green * 255), round(blue * 255)


def ascii_only(text: str) -> str:
    """The letters that the font at hand has."""
    return text.encode("ascii", "replace").decode()
