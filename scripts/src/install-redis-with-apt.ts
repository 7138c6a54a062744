import { existsSync, readFileSync } from 'node:fs';
import { childEnvironment } from './environment.js';
import { installWithApt } from './install-with-apt.js';
import { runLogged } from './logged-command.js';

const SERVICE = 'redis-server';
const PID_FILE = '/run/redis/redis-server.pid';

/**
 * Installs Debian's redis-server for its program alone: the system service that comes with it is stopped, and
 * is not started with the machine.
 *
 * @throws CommandFailed when apt fails
 */
export async function installRedisWithApt(): Promise<void> {
  await installWithApt([SERVICE]);
  await stopService(childEnvironment({}));
}

async function stopService(env: NodeJS.ProcessEnv): Promise<void> {
  const commands = existsSync('/run/systemd/system')
    ? [['systemctl', 'disable', '--now', `${SERVICE}.service`]]
    : [
        ['service', SERVICE, 'stop'],
        ['update-rc.d', SERVICE, 'disable'],
      ];
  for (const [program, ...args] of commands) {
    // In containers there is often no service to stop, nor anything to stop it with.
    await runLogged(program!, args, { env }).catch(() => {});
  }
  if (!existsSync(PID_FILE)) return;
  try {
    process.kill(Number(readFileSync(PID_FILE, 'utf8')), 'SIGTERM');
  } catch {
    // It has ended already.
  }
}
