"""The decoder: prompts and embeddings to three masks for each prompt.

As in segment-anything, the prompt's tokens look at the picture and the picture
at the tokens, in turn; then each of three tokens says how a mask is mixed of
the picture's features, and one how well each mask will fit.  New here: tokens
know the features at their point, the picture is told where points and box lie,
and the encoder's finer features sharpen the masks.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .encoder import COARSE, HALF, QUARTER, place_code, unfold_embeddings
from .preparation import INPUT_SIZE
from .prompts import NEGATIVE, POSITIVE

MASKS = 3
LAYERS = 2
HEADS = 4
# The picture's many cells and the few tokens look at each other in fewer channels.
CROSS_WIDTH = 32
# How far around a point the picture is told of it, in input pixels.
POINT_REACH = 6.0
# Logits of tokens that must not be looked at.
HIDDEN = -1e4
CELLS = INPUT_SIZE // 8  # of the embeddings, along an edge


class Attention(nn.Module):
    def __init__(self, inner: int):
        super().__init__()
        self.width = inner // HEADS
        self.query, self.key, self.value = (nn.Linear(COARSE, inner) for _ in range(3))
        self.out = nn.Linear(inner, COARSE)

    def heads_of(self, rows: Tensor) -> Tensor:
        """[prompts, rows, inner] as [prompts, heads, rows, inner / heads]."""
        return rows.reshape(rows.shape[0], -1, HEADS, self.width).transpose(1, 2)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None) -> Tensor:
        """`query` [prompts, Q, 64]; `key`, `value` [prompts, K, 64]; `bias` [prompts, 1, 1, K]."""
        q, k, v = (
            self.heads_of(project(rows))
            for project, rows in ((self.query, query), (self.key, key), (self.value, value))
        )
        logits = q @ k.transpose(2, 3) * self.width**-0.5
        weights = (logits if bias is None else logits + bias).softmax(dim=3)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class TwoWayLayer(nn.Module):
    """Tokens look at each other and at the picture; then the picture looks at them."""

    def __init__(self) -> None:
        super().__init__()
        self.among_tokens = Attention(COARSE)
        self.to_picture = Attention(CROSS_WIDTH)
        self.to_tokens = Attention(CROSS_WIDTH)
        self.think = nn.Sequential(
            nn.Linear(COARSE, 4 * COARSE), nn.ReLU(), nn.Linear(4 * COARSE, COARSE)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(COARSE) for _ in range(4))

    def forward(
        self, tokens: Tensor, picture: Tensor, prompt: Tensor, places: Tensor, bias: Tensor
    ) -> tuple[Tensor, Tensor]:
        """`tokens`, `prompt` [prompts, T, 64]; `picture`, `places` [prompts, cells, 64]."""
        asking = tokens + prompt
        tokens = self.norms[0](tokens + self.among_tokens(asking, asking, tokens, bias))
        seen = self.to_picture(tokens + prompt, picture + places, picture, None)
        tokens = self.norms[1](tokens + seen)
        tokens = self.norms[2](tokens + self.think(tokens))
        told = self.to_tokens(picture + places, tokens + prompt, tokens, bias)
        return tokens, self.norms[3](picture + told)


class PromptEncoder(nn.Module):
    """Points and boxes as tokens, and as a map over the picture's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds = nn.Embedding(4, COARSE)  # negative, positive, two corners
        self.features = nn.Linear(COARSE + QUARTER + HALF, COARSE)
        self.tell = nn.Conv2d(3, COARSE, 1)

    def point_tokens(self, points: Tensor, labels: Tensor, levels: list[Tensor]) -> Tensor:
        """[batch, prompts, N, 64] of points in 0..1 over the input."""
        batch, prompts, count, _ = points.shape
        grid = (points * 2 - 1).reshape(batch, prompts * count, 1, 2)
        sampled = [
            functional.grid_sample(level.float(), grid, padding_mode="border", align_corners=False)
            for level in levels
        ]
        features = torch.cat(sampled, dim=1)[..., 0].transpose(1, 2)
        features = self.features(features).reshape(batch, prompts, count, COARSE)
        kinds = self.kinds((labels == POSITIVE).long())
        return place_code(points[..., 0], points[..., 1]) + kinds + features

    def corner_tokens(self, boxes: Tensor) -> Tensor:
        """[batch, prompts, 2, 64] of boxes in 0..1 over the input."""
        corners = torch.stack([boxes[..., :2], boxes[..., 2:]], dim=2)
        return place_code(corners[..., 0], corners[..., 1]) + self.kinds.weight[2:]

    def picture_map(self, points: Tensor, labels: Tensor, boxes: Tensor) -> Tensor:
        """Near which points and how much in the box cells lie: [batch * prompts, 64, 32, 32]."""
        edges = torch.arange(CELLS).float()
        apart = [points[..., axis, None] * CELLS - (edges + 0.5) for axis in (0, 1)]
        reach = POINT_REACH / INPUT_SIZE * CELLS
        along_x, along_y = (torch.exp(-0.5 * (d / reach).square()) for d in apart)
        near = along_y[..., :, None] * along_x[..., None, :]
        near_kind = [
            (near * (labels == kind).float()[..., None, None]).sum(dim=2)
            for kind in (POSITIVE, NEGATIVE)
        ]
        low, high = boxes[..., :2, None] * CELLS, boxes[..., 2:, None] * CELLS
        covered = (torch.minimum(high, edges + 1) - torch.maximum(low, edges)).clamp(min=0)
        within = covered[..., 1, :, None] * covered[..., 0, None, :]
        return self.tell(torch.stack([*near_kind, within], dim=2).flatten(0, 1))

    def forward(
        self, points: Tensor, labels: Tensor, boxes: Tensor, levels: list[Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Tokens [batch, prompts, N + 2, 64], which of them count, and the map."""
        has_box = ((boxes[..., 2:] - boxes[..., :2]) > 0).all(dim=2, keepdim=True)
        points, boxes = (points + 0.5) / INPUT_SIZE, (boxes + 0.5) / INPUT_SIZE
        tokens = [self.point_tokens(points, labels, levels), self.corner_tokens(boxes)]
        is_point = (labels == POSITIVE) | (labels == NEGATIVE)
        counts = torch.cat([is_point, has_box, has_box], dim=2)
        told = self.picture_map(points, labels, boxes * has_box.float())
        return torch.cat(tokens, dim=2), counts, told


class Sharpen(nn.Module):
    """Doubles a prompt's features and adds the encoder's finer ones."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.spread = nn.Conv2d(inputs, outputs * 4, 1)

    def forward(self, features: Tensor, finer: Tensor) -> Tensor:
        """`features` [batch * prompts, inputs, h, w]; `finer` [batch, outputs, 2h, 2w]."""
        spread = functional.pixel_shuffle(self.spread(features), 2)
        prompts = spread.reshape(finer.shape[0], -1, *finer.shape[1:])
        return functional.relu(prompts + finer[:, None].to(spread.dtype)).flatten(0, 1)


def self_confidence(logits: Tensor) -> Tensor:
    """The intersection over union that masks [..., h, w] expect of themselves: [...]."""
    chances = logits.sigmoid()
    chosen = (logits > 0).float()
    both = (chances * chosen).sum(dim=(-2, -1))
    return both / torch.maximum(chances, chosen).sum(dim=(-2, -1)).clamp(min=1.0)


class Decoder(nn.Module):
    """Prompts to masks; see `forward`."""

    def __init__(self) -> None:
        super().__init__()
        self.prompts = PromptEncoder()
        self.answers = nn.Embedding(1 + MASKS, COARSE)  # of the fit, of each mask
        self.layers = nn.ModuleList(TwoWayLayer() for _ in range(LAYERS))
        self.last_look = Attention(CROSS_WIDTH)
        self.last_norm = nn.LayerNorm(COARSE)
        self.to_quarter = Sharpen(COARSE, QUARTER)
        self.to_half = Sharpen(QUARTER, HALF)
        self.mixers = nn.ModuleList(
            nn.Sequential(nn.Linear(COARSE, COARSE), nn.ReLU(), nn.Linear(COARSE, HALF + 1))
            for _ in range(MASKS)
        )
        self.fit = nn.Sequential(
            nn.Linear(COARSE + MASKS, COARSE), nn.ReLU(), nn.Linear(COARSE, MASKS)
        )

    def attend(
        self, points: Tensor, labels: Tensor, boxes: Tensor, levels: list[Tensor], places: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The answers [batch * prompts, 4, 64] and the picture [batch * prompts, 64, h, w]."""
        prompt, counts, told = self.prompts(points, labels, boxes, levels)
        prompt, counts = prompt.flatten(0, 1), counts.flatten(0, 1)
        answers = self.answers.weight.expand(prompt.shape[0], -1, -1)
        prompt = torch.cat([answers, prompt], dim=1)
        always = torch.ones_like(answers[..., 0]) > 0
        hidden = ~torch.cat([always, counts], dim=1)
        bias = hidden[:, None, None].float() * HIDDEN
        coarse = levels[0]
        told = told.reshape(coarse.shape[0], -1, COARSE, CELLS, CELLS)
        picture = (coarse[:, None] + told).flatten(0, 1)
        cells = picture.flatten(2).transpose(1, 2)
        of_prompts = picture.shape[0] // coarse.shape[0]
        places = places.flatten(2).transpose(1, 2)
        places = places[:, None].expand(-1, of_prompts, -1, -1).flatten(0, 1)
        tokens = prompt
        for layer in self.layers:
            tokens, cells = layer(tokens, cells, prompt, places, bias)
        seen = self.last_look(tokens + prompt, cells + places, cells, None)
        tokens = self.last_norm(tokens + seen)
        return tokens[:, : 1 + MASKS], cells.transpose(1, 2).reshape(-1, COARSE, CELLS, CELLS)

    def forward(
        self, points: Tensor, labels: Tensor, boxes: Tensor, embeddings: Tensor, places: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Fits [batch, prompts, 3], 0..1, and logits of masks [batch, prompts, 3, 128, 128].

        `points` float32 [batch, prompts, N, 2] and `boxes` [batch, prompts, 4] in
        input pixels, (0, 0) being the middle of the first; a box without area is
        none.  `labels` int64 [batch, prompts, N]: 1 positive, 0 negative, others
        no point.  `embeddings` [batch, 352, 32, 32], `places` [batch, 64, 32, 32].
        """
        levels = list(unfold_embeddings(embeddings))
        tokens, picture = self.attend(points, labels, boxes, levels, places)
        features = self.to_half(self.to_quarter(picture, levels[1]), levels[2])
        mixed = torch.stack([mix(tokens[:, 1 + i]) for i, mix in enumerate(self.mixers)], dim=1)
        logits = mixed[..., :HALF] @ features.flatten(2) + mixed[..., HALF:]
        logits = logits.reshape(-1, MASKS, *features.shape[2:]).float()
        sure = self_confidence(logits.detach())
        fits = self.fit(torch.cat([tokens[:, 0].float(), sure], dim=1)).float().sigmoid()
        of_scenes = embeddings.shape[0], -1, MASKS
        return fits.reshape(of_scenes), logits.reshape(*of_scenes, *logits.shape[2:])
