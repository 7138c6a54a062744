/** What there is on a machine to install programs with. */
export interface System {
  readonly isRoot: boolean;
  /** `ID` and `ID_LIKE` of /etc/os-release. */
  readonly families: readonly string[];
  readonly hasProgram: (name: string) => boolean;
}

/** Package managers in the order they are looked for, with the line that installs a Redis or Valkey. */
const LINES: readonly { manager: string; asRoot: boolean; line: string }[] = [
  { manager: 'apt-get', asRoot: true, line: 'apt-get install -y redis-server' },
  { manager: 'dnf', asRoot: true, line: 'dnf install -y valkey' },
  { manager: 'apk', asRoot: true, line: 'apk add redis' },
  { manager: 'pacman', asRoot: true, line: 'pacman -S --needed --noconfirm valkey' },
  { manager: 'brew', asRoot: false, line: 'brew install redis' },
];

/** The line that installs a Redis on this system, or `null` where no known package manager is found. */
export function installationLine(system: System): string | null {
  const found = LINES.find(({ manager }) => system.hasProgram(manager));
  if (found === undefined) return null;
  return found.asRoot && !system.isRoot ? `sudo ${found.line}` : found.line;
}

/** Whether we may and can install with apt ourselves: as root on Debian, Ubuntu and their kin. */
export function canInstallWithApt(system: System): boolean {
  const isDebian = system.families.some((family) => family === 'debian' || family === 'ubuntu');
  return isDebian && system.isRoot && system.hasProgram('apt-get');
}

/** The words of `ID` and `ID_LIKE` in the text of /etc/os-release. */
export function systemFamilies(osRelease: string): string[] {
  return [...osRelease.matchAll(/^(?:ID|ID_LIKE)=(.*)$/gm)].flatMap(([, value]) =>
    value!.replaceAll(/["']/g, '').split(/\s+/),
  );
}
