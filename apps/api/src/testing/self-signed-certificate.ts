import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for `localhost` that nobody trusts but who is given it. */
export interface SelfSignedCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** Path of the certificate as a file. */
  readonly path: string;
  remove(): void;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const ABOUT = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];

/** @returns null where there is no openssl to make it */
export function selfSignedCertificate(): SelfSignedCertificate | null {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-certificate-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const [key, path] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const files = ['-keyout', key, '-out', path];
    execFileSync('openssl', ['req', '-x509', ...NEW_KEY, ...ABOUT, ...files], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(path), path, remove };
  } catch {
    remove();
    return null;
  }
}
