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

  it('may have names and values that another program had', () => {
    const options = [
      { name: 'host', alias: '-ho', variable: 'HOST', help: 'Address' },
      { name: 'port', short: 'p', variable: 'PORT', help: 'Port' },
      {
        name: 'log-level',
        alias: '-ll',
        variable: 'LOG_LEVEL',
        help: 'Level',
        read: (text: string) => `<${text}>`,
      },
    ];
    const other = { ...program, options };
    const env = { HOST: '0.0.0.0', PORT: '5000', LOG_LEVEL: '<10>' };
    expect(applyCommandLine(['-ho', '0.0.0.0', '-p', '5000', '-ll', '10'], {}, other)).toEqual({ env });
    expect(applyCommandLine(['-ho=0.0.0.0', '--port=5000', '--log-level=10'], {}, other)).toEqual({ env });
    const { help } = applyCommandLine(['-h'], {}, other) as { help: string };
    expect(help).toMatch(
      / {2}-ho, --host <value> .*\n {2}-p, {2}--port <value> .*\n {2}-ll, --log-level <value> /,
    );
  });

  it('that do not exist are an error', () => {
    expect(() => applyCommandLine(['--prot', '1'], {}, program)).toThrow(ConfigurationError);
  });
});
