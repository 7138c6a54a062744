"""How fast is learnt, step by step."""

import math

WARM_UP_STEPS = 150


def learning_rate(step: int, steps: int, peak: float) -> float:
    """A linear rise, then half a cosine down to nothing."""
    if step < WARM_UP_STEPS:
        return peak * (step + 1) / WARM_UP_STEPS
    progress = (step - WARM_UP_STEPS) / max(steps - WARM_UP_STEPS, 1)
    return peak * 0.5 * (1 + math.cos(math.pi * progress))
