import { describe, expect, it } from 'vitest';
import { readUltralyticsMetadata } from './ultralytics-metadata.js';

const read = (entries: Record<string, string>) => readUltralyticsMetadata(new Map(Object.entries(entries)));

describe('the metadata of ultralytics', () => {
  it('has labels, size, task, description and licence', () => {
    const found = read({
      description: 'Ultralytics YOLOv8n model trained on coco.yaml',
      author: 'Ultralytics',
      license: 'AGPL-3.0 License (https://ultralytics.com/license)',
      stride: '32',
      task: 'detect',
      batch: '1',
      imgsz: '[384, 640]',
      names: "{0: 'person', 1: 'bicycle'}",
      args: "{'batch': 1, 'half': False}",
    });
    expect(found).toEqual({
      metadata: {
        names: ['person', 'bicycle'],
        imageSize: { width: 640, height: 384 },
        stride: 32,
        task: 'detect',
        description: 'Ultralytics YOLOv8n model trained on coco.yaml',
        license: 'AGPL-3.0 License (https://ultralytics.com/license)',
      },
      notes: [],
    });
  });

  it('is read of v5 too, which writes stride and names alone, as a list', () => {
    expect(read({ stride: '32', names: "['cat', 'dog']" })!.metadata).toMatchObject({
      names: ['cat', 'dog'],
      imageSize: null,
      task: null,
    });
  });

  it('is not there in the files of others', () => {
    expect(read({})).toBeNull();
    expect(read({ names: 'cat' })).toBeNull();
  });

  it.each([
    ["{0: 'cat'", /names, which is left out: expected , at character 9/],
    ["{0: 'cat', 2: 'dog'}", /expected a text for each class id from 0/],
    ["{0: 'cat', '0': 'dog'}", /expected a text for each class id from 0/],
    ['{0: 1}', /expected a text for each class id from 0/],
    ['None', /expected a text for each class id from 0/],
  ])('with the names %s leaves them out, and says why', (names, note) => {
    const { metadata, notes } = read({ stride: '32', names })!;
    expect(metadata.names).toBeNull();
    expect(notes).toEqual([expect.stringMatching(note)]);
  });

  it('has no size beyond what any network takes', () => {
    expect(read({ stride: '0', names: "['a']", imgsz: '[0, 1e9]' })!.metadata).toMatchObject({
      stride: null,
      imageSize: null,
    });
  });
});
