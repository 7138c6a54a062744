import type { Artifact } from '@darkroom/contracts';
import { artifactsOf, type DemoResult } from './demo-jobs.js';
import { subjectTitle } from './demo-subject.js';
import { escapeHtml, fileHref } from './escape-html.js';
import { promptMarks } from './prompt-marks.js';

/** What jobs make of a picture that is shown. */
const SHOWN_ROLES = ['overlay', 'color_map'] as const;

/** What stands within a job's own section, and not among the pictures above: what is told of it belongs beside it. */
const OWN_ROLES = ['image', 'overlay'] as const;

/** A picture that was sent, and beside it what each of its jobs made of it. */
export function pictureFigures(results: readonly [DemoResult, ...DemoResult[]]): string {
  const { subject, job, files } = results[0];
  // Every job about a picture has its size and its file.
  const { width, height } = job.input.image!;
  const size = { width, height };
  const shown = [
    { file: files.input!, caption: 'what was sent', marks: '' },
    ...results.filter(isShownAbove).flatMap((result) =>
      SHOWN_ROLES.flatMap((role) =>
        artifactsOf(result, role).map(({ file }) => {
          const caption = `${result.demoTask.name}: ${role}`;
          return { file, caption, marks: promptMarks(result.job, size) };
        }),
      ),
    ),
  ];
  const figures = shown.map(({ file, caption, marks }) => {
    const image = linkedImage(file, `${caption} of ${subjectTitle(subject)}`, size, marks);
    return figure(image, escapeHtml(caption));
  });
  return `<div class="pictures">\n${figures.join('\n')}\n</div>`;
}

/** The pictures that were generated from a text, each above its previews. */
export function generatedFigures(results: readonly DemoResult[]): string {
  const figures = results.filter(isShownAbove).flatMap((result) => {
    const title = subjectTitle(result.subject);
    return artifactsOf(result, 'image').map((picture) => {
      const previews = artifactsOf(result, 'preview')
        .filter(({ index }) => index === picture.index)
        .map((preview) => linkedImage(preview.file, `preview of ${title}`, preview));
      return figure(linkedImage(picture.file, `picture of ${title}`, picture), howItCameAbout(previews));
    });
  });
  return `<div class="generated">\n${figures.join('\n')}\n</div>`;
}

/** The pictures of a job whose section has them, else nothing. */
export function ownFigures(result: DemoResult): string {
  if (isShownAbove(result)) return '';
  const figures = OWN_ROLES.flatMap((role) =>
    artifactsOf(result, role).map((picture) => {
      const caption = role === 'image' ? 'the picture' : role;
      const image = linkedImage(picture.file, `${caption} of ${subjectTitle(result.subject)}`, picture);
      return figure(image, caption);
    }),
  );
  const kind = result.subject.kind === 'text' ? 'generated' : 'pictures';
  return figures.length === 0 ? '' : `<div class="${kind}">\n${figures.join('\n')}\n</div>`;
}

/** A picture's card begins with all that can be laid over the picture; a text's with the pictures made of it. */
function isShownAbove({ subject, job }: DemoResult): boolean {
  if (job.result === null) return true;
  return subject.kind === 'text' ? 'images' in job.result : !('top_concept' in job.result);
}

function howItCameAbout(previews: readonly string[]): string {
  return previews.length === 0 ? '' : `<span class="previews">${previews.join('')}</span>how it came about`;
}

function figure(image: string, caption: string): string {
  return `<figure>${image}<figcaption>${caption}</figcaption></figure>`;
}

/** @param marks an SVG drawing to lie over the picture */
function linkedImage(
  file: string,
  alternative: string,
  { width, height }: Pick<Artifact, 'width' | 'height'>,
  marks = '',
): string {
  const link = fileHref(file);
  return `<a href="${link}"><img src="${link}" alt="${escapeHtml(alternative)}" width="${width}" height="${height}">${marks}</a>`;
}
