import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, readEnv } from './read-env.js';

const Schema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65535, default: 8080, description: '0 takes any free port.' }),
  LEVEL: Type.Enum(['info', 'warn'], { default: 'info' }),
  PUBLIC_URL: Type.Optional(
    Type.String({ pattern: '^https?://', examples: ['https://darkroom.example.org'] }),
  ),
  REDIS_URL: Type.String({ description: 'Where the jobs are.' }),
});

function problemsOf(env: Record<string, string>): string {
  try {
    readEnv(Schema, env);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
}

describe('configuration from the environment', () => {
  it('fills in defaults, converts numbers and counts empty variables as unset', () => {
    expect(readEnv(Schema, { REDIS_URL: 'redis://x', PORT: '9000', HOST: '' })).toEqual({
      HOST: '127.0.0.1',
      PORT: 9000,
      LEVEL: 'info',
      REDIS_URL: 'redis://x',
    });
  });

  it('reports all bad variables together, each with what it takes and what came', () => {
    const problems = problemsOf({ PORT: '70000', LEVEL: 'loud', PUBLIC_URL: 'ftp://x' });
    expect(problems.split('\n')).toHaveLength(4);
    expect(problems).toContain(
      'PORT takes a whole number, at least 0, at most 65535, got "70000". 0 takes any free port.',
    );
    expect(problems).toContain('LEVEL takes one of info, warn, got "loud"');
    expect(problems).toContain('PUBLIC_URL takes a text such as https://darkroom.example.org, got "ftp://x"');
    expect(problems).toContain('REDIS_URL is required: Where the jobs are.');
  });

  it.each(['8080.5', 'abc', '-1', '0x50'])('takes no %s for a port', (PORT) => {
    expect(problemsOf({ REDIS_URL: 'redis://x', PORT })).toContain(`got "${PORT}"`);
  });
});
