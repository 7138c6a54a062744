/** By the place of what each raises. */
const WORDS = ['major', 'minor', 'fix'];

/**
 * The version that a pull request makes, by the first word of its title: `major: …`, `minor: …` or `fix: …`.
 * @param version three whole numbers with dots between, as `package.json` has it
 * @returns null where the title asks for none
 * @throws RangeError when the version is none
 */
export function nextVersion(version: string, title: string): string | null {
  const raised = WORDS.findIndex((word) => title.trimStart().toLowerCase().startsWith(`${word}:`));
  if (raised < 0) return null;
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version)) {
    throw new RangeError(`expected a version such as 1.2.3, got "${version}"`);
  }
  const parts = version.split('.').map(Number);
  return parts.map((part, i) => (i < raised ? part : i === raised ? part + 1 : 0)).join('.');
}
