import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { madeAhead } from './made-ahead.js';

describe('what is made ahead', () => {
  it('comes in order, whichever is done first, and so many at a time', async () => {
    let underWay = 0;
    let most = 0;
    const make = async (ms: number) => {
      most = Math.max(most, ++underWay);
      await sleep(ms);
      underWay--;
      return ms;
    };
    const items = [40, 1, 20, 1, 10, 1, 1];
    const came: number[] = [];
    for await (const ms of madeAhead(items, 3, make)) came.push(ms);
    expect(came).toEqual(items);
    expect(most).toBe(3);
  });

  it('is no more than so much while nobody asks', async () => {
    const begun: number[] = [];
    const made = madeAhead([1, 2, 3, 4, 5], 2, async (item) => begun.push(item));
    await made.next();
    await sleep(10);
    expect(begun).toEqual([1, 2, 3]);
    await made.return(0);
    expect(begun).toEqual([1, 2, 3]);
  });

  it('breaks off where one fails, and the failures behind it are nobody’s', async () => {
    const made = madeAhead([1, 2, 3], 3, async (item) => {
      if (item > 1) throw new Error(`no ${item}`);
      return item;
    });
    expect((await made.next()).value).toBe(1);
    await expect(made.next()).rejects.toThrow('no 2');
    expect((await made.next()).done).toBe(true);
  });
});
