/**
 * Reads a file of COCO's object detection format and checks all that the format's definition asks of one: the five
 * parts, unique ids, references that exist, boxes of four numbers, segmentations as runs or polygons.
 * @throws Error that names the first thing that is wrong
 */
export function readCoco(text: string): CocoContent {
  const file = JSON.parse(text) as Record<string, Record<string, unknown>[]>;
  const images = indexed(file.images, 'images', ['file_name', 'width', 'height']);
  const categories = indexed(file.categories, 'categories', ['name']);
  const annotations = indexed(file.annotations, 'annotations', ['bbox', 'area', 'segmentation', 'iscrowd']);
  for (const [id, annotation] of annotations) {
    const where = `annotation ${id}`;
    const image = images.get(annotation.image_id as number);
    must(image !== undefined, `${where} names an image that is not there`);
    must(categories.has(annotation.category_id as number), `${where} names a category that is not there`);
    checkBox(annotation.bbox as number[], image!, where);
    checkSegmentation(annotation.segmentation, image!, where);
    must(annotation.iscrowd === 0 || annotation.iscrowd === 1, `${where}: iscrowd is 0 or 1`);
    must((annotation.area as number) >= 0, `${where}: the area is negative`);
  }
  return { images, categories, annotations };
}

type Entry = Record<string, unknown>;

export interface CocoContent {
  readonly images: ReadonlyMap<number, Entry>;
  readonly categories: ReadonlyMap<number, Entry>;
  readonly annotations: ReadonlyMap<number, Entry>;
}

function indexed(list: Entry[] | undefined, name: string, fields: readonly string[]): Map<number, Entry> {
  must(Array.isArray(list), `${name} is no list`);
  const byId = new Map<number, Entry>();
  for (const entry of list!) {
    must(Number.isInteger(entry.id), `an entry of ${name} has no whole number as id`);
    must(!byId.has(entry.id as number), `two of ${name} have the id ${entry.id}`);
    for (const field of fields) must(entry[field] !== undefined, `${name} ${entry.id} has no ${field}`);
    byId.set(entry.id as number, entry);
  }
  return byId;
}

function checkBox(box: number[], image: Entry, where: string): void {
  must(Array.isArray(box) && box.length === 4 && box.every(Number.isFinite), `${where}: bbox is x, y, w, h`);
  const [x, y, width, height] = box as [number, number, number, number];
  must(width >= 0 && height >= 0, `${where}: a side of the box is negative`);
  const isInside =
    x >= 0 &&
    y >= 0 &&
    x + width <= (image.width as number) + 1e-3 &&
    y + height <= (image.height as number) + 1e-3;
  must(isInside, `${where}: the box leaves the image`);
}

function checkSegmentation(segmentation: unknown, image: Entry, where: string): void {
  if (Array.isArray(segmentation)) {
    for (const polygon of segmentation as number[][]) {
      must(polygon.length >= 6 && polygon.length % 2 === 0, `${where}: a polygon has three points or more`);
      must(polygon.every(Number.isFinite), `${where}: a polygon has something else than numbers`);
    }
    return;
  }
  const { size, counts } = segmentation as { size: number[]; counts: unknown };
  must(size[0] === image.height && size[1] === image.width, `${where}: the runs are of another size`);
  must(typeof counts === 'string', `${where}: compressed counts are a text`);
}

function must(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
