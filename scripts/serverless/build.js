'use strict';

// Builds the functions' programs and the packages that Lambda runs them from. "make dev"
// builds functions as stage local runs them without the framework:
//
//   node scripts/serverless/build.js getUser=functions/get-user ...
//
// It prints the packages, such as {"getUser":".serverless/getUser.zip"}.

const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const execFile = promisify(require('node:child_process').execFile);
const yazl = require('yazl');
const { machineArchitecture } = require('./variables');

const service = path.resolve(__dirname, '../..');
const script = path.join(service, 'functions', 'build.sh');
// The functions that `make dev DEBUG=...` debugs, and how they are built: in place of the script's
// flags, without optimizations, with debug data and with the paths of their sources.
const debugged = (process.env.DEBUGGED_FUNCTIONS ?? '').split(',');
const debugFlags = ['-gcflags=all=-N -l', '-ldflags=', '-trimpath=false'];
const goArchitectures = { arm64: 'arm64', x86_64: 'amd64' };

/**
 * Builds functions, a map of name to source folder, and returns a map of name to
 * package. Folders and packages are relative to root.
 *
 * The system is linux on Lambda. Only stage local, whose functions run on this
 * machine, uses another.
 */
async function buildFunctions({ root, architecture, system = 'linux', functions }) {
  const goarch = goArchitectures[architecture];
  const ordinary = path.join(root, '.build', `${system}-${goarch}`);
  const outOf = (name) => (debugged.includes(name) ? `${ordinary}-debug` : ordinary);
  for (const out of new Set(Object.keys(functions).map(outOf))) {
    const folders = Object.keys(functions).filter((name) => outOf(name) === out).map((name) => functions[name]);
    await fs.promises.mkdir(out, { recursive: true });
    await compile({ root, out, flags: out === ordinary ? [] : debugFlags, folders, target: { GOOS: system, GOARCH: goarch } });
  }

  // The framework looks for packages in this folder.
  await fs.promises.mkdir(path.join(root, '.serverless'), { recursive: true });
  const packages = {};
  for (const [name, folder] of Object.entries(functions)) {
    packages[name] = path.join('.serverless', `${name}.zip`);
    await zipBootstrap(path.join(outOf(name), path.basename(folder)), path.join(root, packages[name]));
  }
  return packages;
}

/** Compiles the programs in folders into out, and rejects with the compiler's output. */
async function compile({ root, out, flags, folders, target }) {
  // The slash makes go write each program into the folder, under its folder's name.
  const args = [script, ...flags, '-o', `${out}/`, ...new Set(folders.map((folder) => `./${folder}`))];
  try {
    await execFile('sh', args, { cwd: root, env: { ...process.env, ...target } });
  } catch ({ code, message, stderr }) {
    if (code === 127) throw new Error('go is not on the PATH: install Go, https://go.dev/dl');
    const hint = stderr.includes('directory not found') ? '\nA handler in serverless.yml must be the folder of a function.' : '';
    throw new Error(`the functions do not compile:\n\n${stderr.trim() || message}${hint}\n`);
  }
}

/**
 * Writes the program at binary into the package at target. The package depends on
 * nothing but the program's bytes, so a function that did not change is not deployed
 * again.
 */
async function zipBootstrap(binary, target) {
  const archive = new yazl.ZipFile();
  archive.addBuffer(await fs.promises.readFile(binary), 'bootstrap', {
    // The earliest time that a zip file can state. It is stored as local time without
    // its zone, so every machine writes the same bytes.
    mtime: new Date(1980, 0, 1),
    forceDosTimestamp: true,
    mode: 0o100755,
  });
  archive.end();
  await fs.promises.writeFile(target, archive.outputStream);
}

async function main(args) {
  const functions = Object.fromEntries(args.map((pair) => pair.split('=', 2)));
  console.log(JSON.stringify(await buildFunctions({ root: service, architecture: machineArchitecture(), system: process.platform, functions })));
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

module.exports = { buildFunctions, debugged };
