'use strict';

// Builds the functions' Go programs as Lambda runs them.

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { zipBootstrap } = require('./zip');

const goArchitectures = { arm64: 'arm64', x86_64: 'amd64' };

// -trimpath and -buildvcs=false keep this folder and the commit out of the
// binary, lambda.norpc leaves out aws-lambda-go's old RPC mode, -s -w the
// symbols and debug data.
const goFlags = ['-trimpath', '-buildvcs=false', '-tags', 'lambda.norpc', '-ldflags', '-s -w'];

// What a developer's own environment must not change in the result.
const goEnvironment = { CGO_ENABLED: '0', GOFLAGS: '', GOAMD64: 'v1', GOARM64: 'v8.0' };

/** A mistake of the user's, with what to do about it. */
class BuildError extends Error {}

/**
 * Builds functions, a map of name to source folder (relative to root), in one
 * go and gives a map of name to the package's path, relative to root too.
 *
 * Packages are put where the framework puts its own: only what is there counts
 * when it looks whether there is anything new to deploy.
 *
 * Lambda's system is linux. Only stage local, whose functions run on this machine,
 * takes another.
 */
async function buildFunctions({ root, architecture, system = 'linux', functions }) {
  const goarch = goArchitecture(architecture);
  for (const [name, folder] of Object.entries(functions)) requireFolder(root, name, folder);

  const out = path.join(root, '.build', `${system}-${goarch}`);
  await compile({ root, goarch, system, folders: Object.values(functions), out });
  const artifacts = {};
  for (const [name, folder] of Object.entries(functions)) {
    const binary = path.join(out, path.basename(folder));
    artifacts[name] = path.join('.serverless', `${name}.zip`);
    await zipBootstrap(binary, path.join(root, artifacts[name]));
  }
  return artifacts;
}

/** Compiles the programs in folders into the folder out, each under its folder's name. */
async function compile({ root, goarch, system, folders, out }) {
  await fs.promises.mkdir(out, { recursive: true });
  const packages = [...new Set(folders)].map((folder) => `./${folder}`);
  // The slash makes go write each program into the folder, under its own name.
  await go(root, ['build', ...goFlags, '-o', `${out}/`, ...packages], { GOOS: system, GOARCH: goarch });
}

function goArchitecture(architecture) {
  const goarch = goArchitectures[architecture];
  if (!goarch) throw new BuildError(`architecture "${architecture}": use arm64 or x86_64`);
  return goarch;
}

function requireFolder(root, name, folder) {
  const found = fs.existsSync(path.join(root, folder, 'main.go'));
  if (found) return;
  throw new BuildError(
    `function ${name}: ${folder}/main.go does not exist; ` +
      'handler in serverless.yml has to be the folder of the function, such as functions/get-user'
  );
}

/** Runs go and rejects with the compiler's own words. */
function go(root, args, target) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...goEnvironment, ...target };
    const child = spawn('go', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.on('error', (error) => reject(notStarted(error)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new BuildError(`the functions do not compile:\n\n${output.trim()}\n`));
    });
  });
}

function notStarted(error) {
  if (error.code !== 'ENOENT') return error;
  return new BuildError('go is not on the PATH; install Go (the version is in go.mod) from go.dev/dl');
}

module.exports = { buildFunctions, compile, goArchitecture, BuildError };
