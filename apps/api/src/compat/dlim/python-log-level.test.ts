import { expect, it } from 'vitest';
import { loadEnv } from '../../env.js';

it.each([
  ['0', 'trace'],
  ['10', 'debug'],
  ['15', 'debug'],
  ['20', 'info'],
  ['30', 'warn'],
  ['40', 'error'],
  ['50', 'fatal'],
  ['warn', 'warn'],
])('a log level of %s on the command line is %s', (text, level) => {
  expect(loadEnv(['-ho', '0.0.0.0', '-p', '5000', '-ll', text], {})).toMatchObject({
    env: { HOST: '0.0.0.0', PORT: 5000, LOG_LEVEL: level },
  });
});

it('a log level that is neither a number nor ours is refused', () => {
  expect(() => loadEnv(['-ll', 'loud'], {})).toThrow('LOG_LEVEL takes one of trace, debug');
});
