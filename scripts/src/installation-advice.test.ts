import { describe, expect, it } from 'vitest';
import { canInstallWithApt, installationLine, type System, systemFamilies } from './installation-advice.js';

function system(overrides: Partial<Omit<System, 'hasProgram'>> & { programs?: string[] }): System {
  const { programs = [], ...rest } = overrides;
  return { isRoot: false, families: [], hasProgram: (name) => programs.includes(name), ...rest };
}

describe('the advice on installing Redis', () => {
  it.each([
    [['apt-get'], 'sudo apt-get install -y redis-server'],
    [['dnf'], 'sudo dnf install -y valkey'],
    [['apk'], 'sudo apk add redis'],
    [['pacman'], 'sudo pacman -S --needed --noconfirm valkey'],
    [['brew'], 'brew install redis'],
    [['apt-get', 'brew'], 'sudo apt-get install -y redis-server'],
    [[], null],
  ])('fits a system with %j', (programs, line) => {
    expect(installationLine(system({ programs }))).toBe(line);
  });

  it('needs no sudo for root', () => {
    expect(installationLine(system({ isRoot: true, programs: ['apk'] }))).toBe('apk add redis');
  });

  it('is followed by ourselves as root on Debian and its kin only', () => {
    const root = { isRoot: true, programs: ['apt-get'] };
    expect(canInstallWithApt(system({ ...root, families: ['debian'] }))).toBe(true);
    expect(canInstallWithApt(system({ ...root, families: ['pop', 'ubuntu', 'debian'] }))).toBe(true);
    expect(canInstallWithApt(system({ ...root, families: ['altlinux'] }))).toBe(false);
    expect(canInstallWithApt(system({ ...root, isRoot: false, families: ['debian'] }))).toBe(false);
    expect(canInstallWithApt(system({ ...root, programs: [], families: ['debian'] }))).toBe(false);
  });

  it('knows a system by its os-release', () => {
    expect(
      systemFamilies('NAME="Linux Mint"\nVERSION_ID="22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n'),
    ).toEqual(['linuxmint', 'ubuntu', 'debian']);
    expect(systemFamilies('')).toEqual([]);
  });
});
