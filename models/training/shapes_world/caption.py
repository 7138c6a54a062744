"""What a person would say about a scene, in one English phrase."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scene import Instance, Scene

_NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight")


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" else "a"


def _counted(color: str, kind: str, count: int) -> str:
    """"an orange star", "two red circles"."""
    if count == 1:
        return f"{_article(color)} {color} {kind}"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {color} {kind}s"


def _relation(first: Instance, second: Instance) -> str:
    """How the first of two instances lies to the second, seen by a viewer."""
    dx = first.shape.center[0] - second.shape.center[0]
    dy = first.shape.center[1] - second.shape.center[1]
    near = 0.35 * max(first.shape.radius, second.shape.radius)
    if max(abs(dx), abs(dy)) < near:
        # Instances are listed from back to front.
        return "in front of" if first.instance_id > second.instance_id else "behind"
    if abs(dx) >= abs(dy):
        return "left of" if dx < 0 else "right of"
    return "above" if dy < 0 else "below"


def caption(scene: Scene) -> str:
    """The scene in words; the shape that shows most comes first.

    "a red star on a blue background", "a red circle left of a blue star on a
    grey background", "two red circles, a blue star and a green square on a
    white background".
    """
    seen = sorted(scene.truth.instances, key=lambda i: (-i.visible_area, i.instance_id))
    counts = Counter((i.shape.color, i.shape.kind) for i in seen)
    phrases = [_counted(color, kind, n) for (color, kind), n in counts.items()]
    if len(seen) == 2 and len(phrases) == 2:
        subject = f"{phrases[0]} {_relation(*seen)} {phrases[1]}"
    elif len(phrases) > 1:
        subject = f"{', '.join(phrases[:-1])} and {phrases[-1]}"
    else:
        subject = phrases[0] if phrases else "no shape"
    color = scene.background.color
    return f"{subject} on {_article(color)} {color} background"
