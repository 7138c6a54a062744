import type { CocoAnnotation, CocoFile, CocoImage } from '@darkroom/result-formats';
import type { LabelledPicture } from './labelled-picture.js';
import type { LabelmeFile, LabelmeShape } from './labelme-file.js';
import { areaOf, boxAround, OUTLINED_TYPES, type Outline, outlineOf } from './labelme-outline.js';

/** A picture with its labels. */
export interface Labelled {
  readonly picture: LabelledPicture;
  readonly content: LabelmeFile;
}

/** A COCO file of what people drew: without the scores that a network gives. */
export interface LabelledCocoFile extends Omit<CocoFile, 'annotations'> {
  readonly annotations: readonly Omit<CocoAnnotation, 'score'>[];
}

/** Not a class: what labelme's examples put first in a list of labels. */
const NO_CLASSES = ['__ignore__', '_background_', '__background__'];

/**
 * All pictures and what is drawn on them as one COCO file. Shapes of one label and `group_id` are one thing of several
 * parts. Ids count from 1, those of categories too, so that 0 is free for the background.
 * @param labels the classes in their order; `null` for those that occur, by name
 * @returns the file, and a sentence on each kind of shape that is left out
 */
export function labelmeToCoco(
  labelled: readonly Labelled[],
  labels: readonly string[] | null,
): { readonly file: LabelledCocoFile; readonly notes: readonly string[] } {
  const names = labels?.filter((label) => !NO_CLASSES.includes(label)) ?? labelsIn(labelled);
  const idOf = new Map(names.map((name, index) => [name, index + 1]));
  const leftOut = new Map<string, number>();
  const images: CocoImage[] = [];
  const annotations: LabelledCocoFile['annotations'][number][] = [];
  for (const { picture, content } of labelled) {
    const { fileName, width, height } = picture;
    images.push({ id: images.length + 1, file_name: fileName, width, height });
    for (const { label, outlines } of thingsIn(content, picture, leftOut)) {
      const category_id = idOf.get(label);
      if (category_id === undefined) {
        count(leftOut, `of the label “${label}”, which is none of those given`);
        continue;
      }
      annotations.push({
        id: annotations.length + 1,
        image_id: images.length,
        category_id,
        bbox: boxAround(outlines),
        // Where parts lie over one another they count twice, as without a mask nobody knows better.
        area: outlines.reduce((sum, outline) => sum + areaOf(outline), 0),
        segmentation: outlines,
        iscrowd: 0,
      });
    }
  }
  const categories = names.map((name, index) => ({ id: index + 1, name, supercategory: '' }));
  const info = { description: 'Made with Darkroom from files of labelme', version: '1.0' };
  const notes = [...leftOut].map(
    ([what, shapes]) => `${shapes} ${shapes === 1 ? 'shape' : 'shapes'} ${what}`,
  );
  return { file: { info, images, annotations, categories }, notes };
}

interface Thing {
  readonly label: string;
  readonly outlines: Outline[];
}

function thingsIn({ shapes }: LabelmeFile, picture: LabelledPicture, leftOut: Map<string, number>): Thing[] {
  const things = new Map<string, Thing>();
  for (const [index, shape] of shapes.entries()) {
    const outline = outlineOf(shape, picture);
    if (!outline) {
      count(leftOut, whyLeftOut(shape));
      continue;
    }
    const { label, group_id } = shape;
    const key = JSON.stringify(group_id == null ? [index] : [label, group_id]);
    const thing = things.get(key);
    if (thing) thing.outlines.push(outline);
    else things.set(key, { label, outlines: [outline] });
  }
  return [...things.values()];
}

function whyLeftOut({ shape_type = 'polygon' }: LabelmeShape): string {
  if (OUTLINED_TYPES.includes(shape_type)) return `(${shape_type}) without an area in the picture`;
  return `of the type ${shape_type}; expected ${OUTLINED_TYPES.join(', ')}`;
}

function labelsIn(labelled: readonly Labelled[]): string[] {
  const names = labelled.flatMap(({ content }) => content.shapes.map(({ label }) => label));
  return [...new Set(names)].filter((name) => !NO_CLASSES.includes(name)).sort();
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
