import { describe, expect, it } from 'vitest';
import { bestForDemo } from './choose-demo-model.js';
import { DETECTOR } from './testing/demo-result.js';

const own = { ...DETECTOR, id: 'own', demo: false };
const demo = { ...DETECTOR, default: false };

describe('the model that the demo shows for a task', () => {
  it('is a demo model, for which the pictures are drawn, though another is the default', () => {
    expect(bestForDemo([own, demo], 'boxes')).toBe(demo);
  });

  it('is the default where there is no demo model', () => {
    const other = { ...own, id: 'other', default: false };
    expect(bestForDemo([other, own], 'boxes')).toBe(own);
    expect(bestForDemo([other], 'boxes')).toBe(other);
  });

  it('can do what the demo asks for', () => {
    expect(bestForDemo([demo, own], 'semantic')).toBeUndefined();
  });

  it('is served: the Redis may remember models of other workers', () => {
    expect(bestForDemo([{ ...demo, state: 'offline' }, own], 'boxes')).toBe(own);
    expect(bestForDemo([{ ...own, state: 'offline' }], 'boxes')).toBeUndefined();
  });
});
