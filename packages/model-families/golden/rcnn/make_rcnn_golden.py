"""Makes the R-CNN graphs in this folder, and what PyTorch and torchvision give for them. See README.md."""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.models.detection.rpn import AnchorGenerator
from torchvision.ops import MultiScaleRoIAlign

HERE = pathlib.Path(__file__).parent
CHANNELS = 8
CLASSES = 4  # with the background
MASK_SIDE = 28
SEED = 18


def scene(width, height):
    """A picture of a gradient with rectangles and discs."""
    y, x = np.mgrid[0:height, 0:width]
    picture = np.stack([255 * x / width, 255 * y / height, 128 + 0 * x], axis=2)
    picture[20:70, 15:60] = [230, 40, 40]
    picture[60:100, 90:150] = [30, 60, 220]
    picture[(x - 105) ** 2 + (y - 30) ** 2 < 22**2] = [40, 200, 60]
    picture[(x - 45) ** 2 + (y - 88) ** 2 < 15**2] = [250, 250, 240]
    return picture.astype(np.uint8)


class Backbone(nn.Sequential):
    out_channels = CHANNELS


def spread_output(model, module, picture, spread):
    """Random weights give almost equal scores and grey masks: scales and shifts each channel of a last layer."""
    outputs = []
    hook = module.register_forward_hook(lambda _module, _inputs, output: outputs.append(output))
    with torch.no_grad():
        model([picture])
        hook.remove()
        channels = outputs[0].transpose(0, 1).flatten(1)
        factor = spread / channels.std(1).clamp(min=1e-3)
        shape = [len(factor)] + [1] * (module.weight.dim() - 1)
        module.weight.mul_(factor.view(shape))
        module.bias.copy_(-channels.mean(1) * factor)


def mask_rcnn(picture):
    """torchvision's Mask R-CNN with all its parts, each as small as it goes, and random weights."""
    torch.manual_seed(SEED)
    model = MaskRCNN(
        Backbone(
            nn.Conv2d(3, CHANNELS, 5, 4, 2),
            nn.ReLU(),
            nn.Conv2d(CHANNELS, CHANNELS, 3, 2, 1),
            nn.ReLU(),
            nn.Conv2d(CHANNELS, CHANNELS, 3, 1, 1),
        ),
        min_size=96,
        max_size=160,
        rpn_anchor_generator=AnchorGenerator(((16, 32, 64),), ((0.5, 1.0, 2.0),)),
        rpn_pre_nms_top_n_test=100,
        rpn_post_nms_top_n_test=30,
        box_roi_pool=MultiScaleRoIAlign(['0'], 5, 2),
        box_head=TwoMLPHead(CHANNELS * 5 * 5, 16),
        box_predictor=FastRCNNPredictor(16, CLASSES),
        box_detections_per_img=12,
        box_nms_thresh=0.3,
        mask_roi_pool=MultiScaleRoIAlign(['0'], MASK_SIDE // 2, 2),
        mask_head=MaskRCNNHeads(CHANNELS, (CHANNELS,), 1),
        mask_predictor=MaskRCNNPredictor(CHANNELS, CHANNELS, CLASSES),
    ).eval()
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            nn.init.zeros_(module.bias)
    heads = model.roi_heads
    spreads = [
        (model.rpn.head.cls_logits, 1),
        (model.rpn.head.bbox_pred, 0.2),
        (heads.box_predictor.cls_score, 1.2),
        (heads.box_predictor.bbox_pred, 0.5),
        (heads.mask_predictor.mask_fcn_logits, 3),
    ]
    for module, spread in spreads:
        spread_output(model, module, picture, spread)
    return model


class Detectron2Layout(nn.Module):
    """
    The same network as `export_model.py --export-method tracing --format onnx` of Detectron2 flattens it: a picture
    in BGR from 0 to 255 that somebody has resized, and the fields of its instances in the order of their names, then
    the size of the picture. Classes begin with the first that is no background, masks are not pasted.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, image):
        rgb = image.flip(0) / 255
        features = {'0': self.model.backbone(self.model.transform.normalize(rgb)[None])}
        size = (image.shape[1], image.shape[2])
        images = ImageList(image[None], [size])
        proposals, _ = self.model.rpn(images, features)
        found = self.model.roi_heads(features, proposals, [size])[0][0]
        shape = torch.stack([torch.as_tensor(size[0]), torch.as_tensor(size[1])])
        return found['boxes'], found['labels'] - 1, found['masks'], found['scores'], shape


def paste_as_detectron2(masks, boxes, height, width):
    """
    What `paste_masks_in_image` of Detectron2 (`layers/mask_ops.py`, commit 02b5c4e2) gives: each pixel's centre is
    looked up in the mask, bilinearly, with zeros outside.
    """
    pasted = torch.zeros(len(masks), height, width, dtype=torch.bool)
    for i, (mask, (x0, y0, x1, y1)) in enumerate(zip(masks, boxes)):
        x = (torch.arange(width, dtype=torch.float32) + 0.5 - x0) / (x1 - x0) * 2 - 1
        y = (torch.arange(height, dtype=torch.float32) + 0.5 - y0) / (y1 - y0) * 2 - 1
        grid = torch.stack([x[None, :].expand(height, width), y[:, None].expand(height, width)], dim=2)
        pasted[i] = F.grid_sample(mask[None, None], grid[None], align_corners=False)[0, 0] >= 0.5
    return pasted


def save_masks(name, masks):
    """Masks of one size as a picture, one below the other."""
    stacked = np.concatenate([np.asarray(mask, dtype=np.uint8) * 255 for mask in masks])
    Image.fromarray(stacked).save(HERE / f'{name}.png', optimize=True)


def save_found(name, boxes, labels, scores, **more):
    found = [
        {'box': [round(float(edge), 4) for edge in box], 'label': int(label), 'score': round(float(score), 6)}
        for box, label, score in zip(boxes, labels, scores)
    ]
    (HERE / f'{name}.json').write_text(json.dumps({**more, 'detections': found}, indent=1) + '\n')


def make_graphs(picture):
    height, width = picture.shape[:2]
    rgb = torch.from_numpy(picture.transpose(2, 0, 1).astype(np.float32)) / 255
    model = mask_rcnn(rgb)
    with torch.no_grad():
        found = model([rgb])[0]
    save_found('torchvision', found['boxes'], found['labels'], found['scores'])
    save_masks('torchvision-masks', found['masks'][:, 0] > 0.5)
    torch.onnx.export(
        model,
        ([torch.rand(3, 90, 130)],),
        HERE / 'torchvision.onnx',
        opset_version=11,
        input_names=['image'],
        output_names=['boxes', 'labels', 'scores', 'masks'],
        dynamic_axes={'image': {1: 'height', 2: 'width'}},
    )
    layout = Detectron2Layout(model).eval()
    resized = Image.fromarray(picture).resize((width * 96 // height, 96), Image.BILINEAR)
    bgr = torch.from_numpy(np.asarray(resized).transpose(2, 0, 1)[::-1].astype(np.float32))
    with torch.no_grad():
        boxes, labels, masks, scores, _ = layout(bgr)
    scale = torch.tensor([width / resized.width, height / resized.height] * 2)
    boxes = boxes * scale
    boxes = torch.minimum(boxes.clamp(min=0), torch.tensor([width, height, width, height]))
    save_found('detectron2', boxes, labels, scores)
    save_masks('detectron2-masks', paste_as_detectron2(masks[:, 0], boxes, height, width))
    torch.onnx.export(
        layout,
        (torch.rand(3, 90, 130) * 255,),
        HERE / 'detectron2.onnx',
        opset_version=16,
        input_names=['image'],
        dynamic_axes={'image': {1: 'height', 2: 'width'}},
    )


def make_pasted_masks():
    """Smooth random masks, pasted by boxes of all kinds."""
    width, height = 97, 71
    boxes = torch.tensor(
        [
            [10.3, 7.8, 60.1, 50.4],
            [0, 0, width, height],
            [-0.0, 20.5, 33.2, 71.0],
            [70.6, 0, 97.0, 15.2],
            [40.2, 30.7, 43.9, 33.1],
            [50.5, 60.5, 50.9, 60.8],
            [80, 40, 96, 56],
        ],
        dtype=torch.float32,
    )
    torch.manual_seed(SEED)
    coarse = torch.rand(len(boxes), 1, 6, 6) * 1.6 - 0.3
    masks = F.interpolate(coarse, size=(MASK_SIDE, MASK_SIDE), mode='bilinear').clamp(0, 1)
    np.save(HERE / 'masks-to-paste.npy', masks[:, 0].numpy())
    (HERE / 'masks-to-paste.json').write_text(
        json.dumps({'width': width, 'height': height, 'boxes': boxes.tolist()}) + '\n'
    )
    save_masks('pasted-by-torchvision', paste_masks_in_image(masks, boxes, (height, width))[:, 0] > 0.5)
    save_masks('pasted-by-detectron2', paste_as_detectron2(masks[:, 0], boxes, height, width))


picture = scene(160, 120)
Image.fromarray(picture).save(HERE / 'scene.png')
make_graphs(picture)
make_pasted_masks()
