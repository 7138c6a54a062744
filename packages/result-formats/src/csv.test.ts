import { describe, expect, it } from 'vitest';
import { toCsv } from './csv.js';
import { analyzedPicture, analyzedRegion, scoredConcepts } from './testing/analyzed-picture.js';
import { detectedPicture, detection } from './testing/detected-picture.js';
import { maskedPicture, segmentedMask } from './testing/masked-picture.js';

describe('a table', () => {
  it('has a row for each detection', () => {
    const pictures = [
      detectedPicture('a, "b".jpg', [detection(), detection({ index: 1, class_id: 1, label: 'dog' })]),
    ];
    expect(toCsv(pictures)).toBe(
      'file_name,job_id,index,class_id,label,score,x0,y0,x1,y1,area\n' +
        '"a, ""b"".jpg",job_1,0,0,cat,0.9,10.1,20,22.4,50,369\n' +
        '"a, ""b"".jpg",job_1,1,1,dog,0.9,10.1,20,22.4,50,369\n',
    );
  });

  it('has a row for each class of a segmented picture', () => {
    const classes = [{ id: 3, label: 'bird', color: '#000000', pixels: 12, fraction: 0.25 }];
    const result = { kind: 'semantic' as const, width: 8, height: 6, classes };
    expect(toCsv([{ jobId: 'job_1', fileName: null, result }])).toBe(
      'file_name,job_id,class_id,label,pixels,fraction\njob_1,job_1,3,bird,12,0.25\n',
    );
  });

  it('has a row for each mask, with its prompt or with the point that led to it', () => {
    const found = segmentedMask({ index: 1, prompt_index: null, point: { x: 12.5, y: 30 } });
    expect(toCsv([maskedPicture([segmentedMask(), found])])).toBe(
      'file_name,job_id,index,prompt_index,predicted_iou,stability_score,x0,y0,x1,y1,area,point_x,point_y\n' +
        'a.jpg,job_1,0,0,0.95,0.98,10,20,30,40,300,,\n' +
        'a.jpg,job_1,1,,0.95,0.98,10,20,30,40,300,12.5,30\n',
    );
  });

  it('has a row for each concept of the whole picture, then of each region with its place', () => {
    const region = analyzedRegion({ index: 1, concepts: scoredConcepts({ 'a star': 0.5 }) });
    const picture = analyzedPicture(scoredConcepts({ 'a star': 0.75, 'a boat, red': 0.25 }), [
      analyzedRegion({ box: [0, 0, 0, 0], area: 0 }),
      region,
    ]);
    expect(toCsv([picture])).toBe(
      'file_name,job_id,region,x0,y0,x1,y1,area,concept,score,similarity\n' +
        'a.jpg,job_1,,,,,,,a star,0.75,0.375\n' +
        'a.jpg,job_1,,,,,,,"a boat, red",0.25,0.125\n' +
        'a.jpg,job_1,1,10,20,30,40,300,a star,0.5,0.25\n',
    );
  });

  it('gives a spreadsheet no formulas', () => {
    const csv = toCsv([detectedPicture('=cmd|x.jpg', [detection({ label: '+1+1' })])]);
    expect(csv).not.toMatch(/(^|,)[=+]/m);
    expect(toCsv([analyzedPicture(scoredConcepts({ '=1+1': 1 }))])).not.toMatch(/(^|,)=/m);
  });
});
