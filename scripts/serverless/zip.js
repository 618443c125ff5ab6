'use strict';

// A Lambda package that depends on nothing but the binary: one entry, a fixed
// time, a fixed mode. The same binary gives the same bytes in any folder, time
// zone and year, so that a function that did not change is not deployed again.

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const yazl = require('yazl');

// The earliest time that a zip can state. It is made and read as local time,
// and written without the zone, so every machine writes the same.
const earliest = new Date(1980, 0, 1);

/** Writes the program at binary into the package at target, as its bootstrap. */
async function zipBootstrap(binary, target) {
  await fs.promises.mkdir(path.dirname(target), { recursive: true });
  const archive = new yazl.ZipFile();
  archive.on('error', (error) => archive.outputStream.destroy(error));
  archive.addFile(binary, 'bootstrap', {
    mtime: earliest,
    mode: 0o100755,
    forceDosTimestamp: true,
  });
  archive.end();
  const partial = `${target}.partial`;
  try {
    await pipeline(archive.outputStream, fs.createWriteStream(partial));
    await fs.promises.rename(partial, target);
  } finally {
    await fs.promises.rm(partial, { force: true });
  }
}

module.exports = { zipBootstrap };
