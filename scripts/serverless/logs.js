'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

/**
 * Makes "serverless logs --tail" wait for the first line of a function that was never
 * called: its log group has no streams yet, and the framework would fail. A missing
 * group still fails, because the stack makes it.
 */
function waitForStreams(logs, log) {
  const { getLogStreams } = logs;
  logs.getLogStreams = async function () {
    for (let told = false; ; told = true) {
      try {
        return await getLogStreams.call(this);
      } catch (error) {
        if (error.code !== 'NO_EXISTING_LOG_STREAMS') throw error;
      }
      if (!told) log.notice(`${this.options.function} has not logged yet: waiting for its first line`);
      await sleep(this.options.interval);
    }
  };
}

module.exports = { waitForStreams };
