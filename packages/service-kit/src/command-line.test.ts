import { describe, expect, it } from 'vitest';
import { applyCommandLine } from './command-line.js';
import { ConfigurationError } from './read-env.js';

const program = {
  name: 'darkroom api',
  about: 'takes pictures',
  options: [
    { name: 'host', variable: 'HOST', help: 'Address' },
    { name: 'log-level', variable: 'LOG_LEVEL', help: 'How much to log' },
  ],
};

describe('command-line options', () => {
  it('stand over the environment', () => {
    const applied = applyCommandLine(
      ['--host', '::1', '--log-level=debug'],
      { HOST: 'a', PORT: '1' },
      program,
    );
    expect(applied).toEqual({ env: { HOST: '::1', LOG_LEVEL: 'debug', PORT: '1' } });
  });

  it('are listed by --help with the variables they stand for', () => {
    const applied = applyCommandLine(['--help'], {}, program);
    expect('help' in applied && applied.help).toMatch(/--host <value>\s+Address \(HOST\)/);
  });

  it('that do not exist are an error', () => {
    expect(() => applyCommandLine(['--prot', '1'], {}, program)).toThrow(ConfigurationError);
  });
});
