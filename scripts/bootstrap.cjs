// biome-ignore-all format: a comma after the last argument is a syntax error in old Nodes
'use strict';
/*
 * The first thing that runs: `node scripts/bootstrap.cjs demo | start | darkroom | test | bench | setup | images`. It needs
 * nothing but Node and npm, brings everything else, then hands over to the command itself in scripts/dist, bench/dist or
 * apps/cli/bundle.
 *
 * It is written by hand in the JavaScript of 2009, because a Node that is too old must be able to parse it far
 * enough to say so. Functions of newer Nodes may be called after that check, newer syntax may not be used.
 */
var childProcess = require('child_process');
var crypto = require('crypto');
var fs = require('fs');
var path = require('path');

var ROOT = path.resolve(__dirname, '..');
var MANIFEST = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
var LOG_FOLDER = path.join(ROOT, '.darkroom');
var LOG_FILE = path.join(LOG_FOLDER, 'setup.log');
var STAMP_FILE = path.join(ROOT, 'node_modules', '.darkroom-setup.json');
var LOG_LINES_SHOWN = 30;
var LONG_STEP_MS = 3000;
var COMMANDS = {
  demo: 'Run the sample pictures and texts through the whole service; results go to demo-output/.',
  start: 'Run the service in the foreground until Ctrl-C.',
  darkroom: 'Submit pictures and look after models; --help lists what it can do.',
  test: 'Run all checks and tests; further words go to vitest, such as packages/tensor.',
  bench: 'Measure what Darkroom costs beside its inference (overhead), how it scales (scale), and detectors (detection).',
  setup: 'Install, build and find a Redis; nothing more.',
  images: 'Build the container images without Docker and run jobs through them; as root on Debian.'
};

/** Its results go to the standard output, for others to read; all that is told here goes beside. */
var hasResults = process.argv[2] === 'darkroom';
var out = hasResults ? process.stderr : process.stdout;
var interactive = Boolean(out.isTTY) && !process.env.CI;
var colorful = interactive && !process.env.NO_COLOR;
/** What runs at the moment; signals are passed on to it. */
var current = null;
/** The signal that asked us to end, once one has. */
var stopSignal = null;

main(process.argv[2], process.argv.slice(3));

function main(command, args) {
  checkMachine();
  if (!Object.prototype.hasOwnProperty.call(COMMANDS, String(command))) usage(command);
  if (!fs.existsSync(LOG_FOLDER)) fs.mkdirSync(LOG_FOLDER);
  fs.writeFileSync(LOG_FILE, '');
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      stopOn(signal);
    });
  });
  stopWithNpm();
  installPackages()
    .then(build)
    .then(function () {
      // It talks to a service that runs already.
      if (!hasResults) return runScript(scriptOf('ensure-redis'), [command]);
    })
    .then(function () {
      if (command !== 'setup') return runScript(scriptOf(command), args);
      console.log('Everything is in place. Next: npm run demo');
      return 0;
    })
    .then(
      function (exitCode) {
        process.exitCode = exitCode;
      },
      function (error) {
        // Every failure of a step has been told by then; the rest are faults of this file.
        if (typeof error.exitCode !== 'number') console.error(error);
        process.exitCode = error.exitCode || 1;
      }
    );
}

function stopOn(signal) {
  stopSignal = signal;
  if (current !== null) current.kill(signal);
}

/**
 * npm runs us in a shell. A signal that ends npm, or ends that shell, does not reach us: that there are other
 * processes above us then is all there is to see. Without npm a parent may end while we are to go on (nohup).
 */
function stopWithNpm() {
  if (!process.env.npm_lifecycle_event) return;
  var atStart = ancestors();
  var timer = setInterval(function () {
    if (ancestors() === atStart) return;
    clearInterval(timer);
    stopOn('SIGTERM');
  }, 500);
  timer.unref();
}

/** The process above us and, where the system tells, the one above that. */
function ancestors() {
  try {
    // "pid (name) state ppid …", where the name may hold anything.
    var fields = fs
      .readFileSync('/proc/' + process.ppid + '/stat', 'utf8')
      .replace(/^.*\)/, '')
      .trim()
      .split(' ');
    return process.ppid + ' ' + fields[1];
  } catch (_error) {
    return String(process.ppid);
  }
}

// ---------------------------------------------------------------------------------------------- the machine

function checkMachine() {
  var wanted = String(MANIFEST.engines.node)
    .replace(/[^0-9.]/g, '')
    .split('.');
  var present = process.versions.node.split('.');
  var tooOld =
    Number(present[0]) < Number(wanted[0]) ||
    (Number(present[0]) === Number(wanted[0]) && Number(present[1]) < Number(wanted[1]));
  if (tooOld) {
    stop([
      'Darkroom needs Node ' +
        wanted.join('.') +
        ' or newer. This is Node ' +
        process.versions.node +
        ' (' +
        process.execPath +
        ').',
      'Ways to get a newer one:',
      '  nvm:        nvm install ' + wanted[0] + ' && nvm use ' + wanted[0],
      '  fnm:        fnm use --install-if-missing ' + wanted[0],
      '  Homebrew:   brew install node',
      '  otherwise:  https://nodejs.org/en/download',
      'Then run the same command again.'
    ]);
  }
  if (process.platform === 'win32') {
    stop([
      'Darkroom runs on Linux and macOS; Redis does not exist for Windows.',
      'Run it inside WSL (https://learn.microsoft.com/windows/wsl/install) or with docker compose.'
    ]);
  }
}

/** How to call npx: the one that belongs to the npm we were called by, else the one on PATH. */
function npxCommand() {
  var npmCli = process.env.npm_execpath || '';
  var npxCli = path.join(path.dirname(npmCli), 'npx-cli.js');
  if (path.basename(npmCli) === 'npm-cli.js' && fs.existsSync(npxCli)) return [process.execPath, npxCli];
  var folders = (process.env.PATH || '').split(path.delimiter);
  for (var i = 0; i < folders.length; i++) {
    if (folders[i] && fs.existsSync(path.join(folders[i], 'npx'))) return [path.join(folders[i], 'npx')];
  }
  stop([
    'npx, which comes with npm, is not on PATH; Darkroom fetches its package manager with it.',
    fs.existsSync('/etc/debian_version')
      ? 'Install it with: ' + (isRoot() ? '' : 'sudo ') + 'apt-get install -y npm'
      : 'Install npm with your package manager, or Node with npm from https://nodejs.org/en/download'
  ]);
}

function isRoot() {
  return typeof process.getuid === 'function' && process.getuid() === 0;
}

// ------------------------------------------------------------------------------------------------ the steps

function installPackages() {
  var fingerprint = packagesFingerprint();
  if (readStamp() === fingerprint) return Promise.resolve();
  fs.rmSync(STAMP_FILE, { force: true });
  var pnpm = MANIFEST.packageManager.split('+')[0];
  var command = npxCommand().concat([
    '--yes',
    pnpm,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false'
  ]);
  return step(
    {
      doing: 'installing packages with ' + pnpm.replace('@', ' '),
      done: 'packages installed',
      failed: 'the packages could not be installed'
    },
    command,
    installEnvironment()
  ).then(function () {
    fs.writeFileSync(STAMP_FILE, JSON.stringify({ fingerprint: fingerprint }) + '\n');
  });
}

/** Always: compiler and bundler know themselves what has changed. */
function build() {
  var compiler = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  return step(
    { doing: 'building', done: 'built', failed: 'the build failed' },
    [process.execPath, compiler, '-b'],
    process.env
  ).then(function () {
    return step(
      { doing: 'bundling', done: 'bundled', failed: 'the bundles could not be made' },
      [process.execPath, path.join(ROOT, 'scripts', 'bundle.mjs')],
      process.env
    );
  });
}

/** Changes when anything changes that the installed packages follow from. */
function packagesFingerprint() {
  var hash = crypto.createHash('sha256').update(process.platform + ' ' + process.arch);
  var files = [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'scripts/package.json',
    'bench/package.json'
  ];
  ['apps', 'packages'].forEach(function (folder) {
    fs.readdirSync(path.join(ROOT, folder))
      .sort()
      .forEach(function (name) {
        files.push(folder + '/' + name + '/package.json');
      });
  });
  files.forEach(function (file) {
    var absolute = path.join(ROOT, file);
    if (fs.existsSync(absolute)) hash.update('\0' + file + '\0').update(fs.readFileSync(absolute));
  });
  return hash.digest('hex');
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(STAMP_FILE, 'utf8')).fingerprint;
  } catch (_error) {
    return null;
  }
}

/**
 * npm passes its own command line on as variables. Of these a `--prefix` would send the tools elsewhere, and
 * NODE_ENV=production would leave out the compiler.
 */
function installEnvironment() {
  var environment = {};
  Object.keys(process.env).forEach(function (name) {
    if (!/^(npm_config_(local_|global_)?prefix|npm_package_.*|npm_lifecycle_.*|NODE_ENV)$/.test(name)) {
      environment[name] = process.env[name];
    }
  });
  environment.npm_config_loglevel = 'error';
  environment.npm_config_update_notifier = 'false';
  return environment;
}

// ------------------------------------------------------------------------------------------------- running

function scriptOf(command) {
  if (command === 'bench') return path.join(ROOT, 'bench', 'dist', 'main.js');
  if (command === 'darkroom') return path.join(ROOT, 'apps', 'cli', 'bundle', 'main.js');
  return path.join(ROOT, 'scripts', 'dist', command + '.js');
}

/** Where the user is: npm goes to the repository's root, and says where it came from. */
function userFolder() {
  return (hasResults && process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd();
}

/** Hands terminal and signals over to a compiled script; resolves with its exit code, rejects when a tool fails. */
function runScript(script, args) {
  throwIfStopped();
  // The channel tells the script that we are gone, however we end.
  var child = childProcess.spawn(process.execPath, [script].concat(args), {
    cwd: userFolder(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc']
  });
  return ended(child).then(function (exitCode) {
    if (exitCode !== 0) throw told(exitCode);
    return exitCode;
  });
}

/** Runs a tool with its output going to the log, which is shown when it fails. */
function step(texts, command, environment) {
  throwIfStopped();
  var startedMs = Date.now();
  var display = showStep(texts.doing);
  var log = fs.openSync(LOG_FILE, 'a');
  var logStart = fs.fstatSync(log).size;
  fs.writeSync(log, '$ ' + command.join(' ') + '\n');
  var child = childProcess.spawn(command[0], command.slice(1), {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', log, log]
  });
  return ended(child).then(function (exitCode) {
    fs.closeSync(log);
    display.clear();
    var seconds = ((Date.now() - startedMs) / 1000).toFixed(1) + ' s';
    throwIfStopped();
    if (exitCode !== 0) {
      console.error(paint(31, '✗') + ' ' + texts.failed + ' (' + seconds + ')\n' + endOfLog(logStart));
      throw told(exitCode);
    }
    // Called many times in a row, a command with results needn't say each time that all is well.
    if (hasResults && Date.now() - startedMs < LONG_STEP_MS) return;
    tell(paint(32, '✓') + ' ' + pad(texts.done, 44) + paint(2, seconds));
  });
}

/** Resolves with the exit code of a child, 128 and the signal's number where a signal ended it. */
function ended(child) {
  current = child;
  return new Promise(function (resolve) {
    child.on('error', function (error) {
      current = null;
      fs.appendFileSync(LOG_FILE, error.message + '\n');
      resolve(127);
    });
    child.on('exit', function (code, signal) {
      current = null;
      resolve(code !== null ? code : 128 + signalNumber(signal));
    });
  });
}

function throwIfStopped() {
  if (stopSignal !== null) throw told(128 + signalNumber(stopSignal));
}

function signalNumber(signal) {
  return require('os').constants.signals[signal];
}

/** An error whose cause the user has already been told. */
function told(exitCode) {
  var error = new Error('the command has failed');
  error.exitCode = exitCode === 0 ? 1 : exitCode;
  return error;
}

// ------------------------------------------------------------------------------------------------- showing

/** On a terminal a line that counts the seconds; elsewhere a line of its own once a step takes long. */
function showStep(doing) {
  var startedMs = Date.now();
  var timer = setInterval(tick, interactive ? 200 : LONG_STEP_MS);
  if (interactive) tick();
  function tick() {
    if (!interactive) {
      tell('  ' + doing + ' …');
      clearInterval(timer);
      return;
    }
    out.write('\r\x1b[2K… ' + doing + '  ' + Math.round((Date.now() - startedMs) / 1000) + ' s');
  }
  return {
    clear: function () {
      clearInterval(timer);
      if (interactive) out.write('\r\x1b[2K');
    }
  };
}

/** What the log holds since a place in it, or the end of that. */
function endOfLog(start) {
  var text = fs.readFileSync(LOG_FILE).subarray(start).toString();
  var lines = text.replace(/\s+$/, '').split('\n');
  var shown = lines.slice(-LOG_LINES_SHOWN).map(function (line) {
    return '  ' + line;
  });
  return shown.join('\n') + '\n  (the whole log: ' + LOG_FILE + ')';
}

function tell(line) {
  out.write(line + '\n');
}

function pad(text, width) {
  while (text.length < width) text += ' ';
  return text;
}

function paint(code, text) {
  return colorful ? '\x1b[' + code + 'm' + text + '\x1b[0m' : text;
}

function usage(command) {
  var lines = Object.keys(COMMANDS).map(function (name) {
    return '  node scripts/bootstrap.cjs ' + pad(name, 10) + COMMANDS[name];
  });
  if (command !== undefined) lines.unshift('There is no command "' + command + '". There are:');
  stop(lines);
}

function stop(lines) {
  console.error(lines.join('\n'));
  process.exit(1);
}
