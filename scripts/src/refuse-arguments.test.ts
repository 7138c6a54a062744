import { expect, it } from 'vitest';
import { refuseArguments } from './refuse-arguments.js';

it('arguments that nobody would hear are refused with what to do instead', () => {
  expect(() => refuseArguments('npm start', [])).not.toThrow();
  expect(() => refuseArguments('npm start', ['--port', '8292'])).toThrow(
    /got --port 8292\. .*PORT=8090 npm start/,
  );
});
