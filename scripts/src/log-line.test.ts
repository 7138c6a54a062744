import { describe, expect, it } from 'vitest';
import { readableLogLine, withoutStyle } from './log-line.js';

const read = (entry: object | string) =>
  readableLogLine('api', typeof entry === 'string' ? entry : JSON.stringify(entry), withoutStyle);

describe('a line of a log made readable', () => {
  it('has the time of day, the level, the part, the message and what else there is', () => {
    const time = new Date(2026, 0, 2, 3, 4, 5, 67).toISOString();
    expect(
      read({ level: 40, time, pid: 1, hostname: 'h', name: 'x', msg: 'slow', url: 'http://a', ms: 1.25 }),
    ).toBe('03:04:05.067 warn  api    slow url=http://a ms=1.3');
  });

  it('tells requests in the words of HTTP', () => {
    const line = read({
      level: 30,
      msg: 'done',
      req: { method: 'GET', url: '/v1' },
      res: { statusCode: 200 },
    });
    expect(line.trim()).toBe('info  api    done GET /v1 200');
  });

  it('puts the stack of an error below', () => {
    const line = read({ level: 50, msg: 'failed', err: { message: 'no', stack: 'Error: no\n    at x' } });
    expect(line.split('\n').slice(1)).toEqual(['    Error: no', '        at x']);
  });

  it.each(['plain words', '{ half an object', '', '[1]'])('leaves what is no entry as it is: %j', (text) => {
    expect(read(text).trimEnd()).toBe(`${' '.repeat(19)}api     ${text}`.trimEnd());
  });

  it('cuts values that would fill the screen', () => {
    expect(read({ level: 30, msg: 'm', long: 'x'.repeat(1000) }).length).toBeLessThan(300);
  });
});
