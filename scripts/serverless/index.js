'use strict';

// The project's plugin for the Serverless Framework. It builds the functions
// when they are packaged, and finishes the template when the framework has
// compiled it: the stage as a resource of its own, the roles.

const { buildFunctions } = require('./build');
const { attachStage } = require('./stage');
const { settleEnvironment } = require('./environment');
const { settleRoles } = require('./roles');

class UsersApiPlugin {
  constructor(serverless, options, { log, progress }) {
    this.serverless = serverless;
    this.options = options;
    this.log = log;
    this.progress = progress;
    this.hooks = {
      'before:package:initialize': async () => {
        for (const definition of this.functions().map((name) => this.service.getFunction(name))) {
          definition.environment = settleEnvironment(definition.environment);
        }
        await this.build(this.functions());
      },
      'before:deploy:function:packageFunction': async () => {
        this.warnOfAlias(this.options.function);
        await this.build([this.options.function]);
      },
      // resources/ is part of the template from here on, and the roles are.
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.finish(),
    };
  }

  get service() {
    return this.serverless.service;
  }

  functions() {
    return this.service.getAllFunctions();
  }

  finish() {
    const template = this.service.provider.compiledCloudFormationTemplate;
    settleRoles(template);
    attachStage(template);
  }

  /** Provisioned concurrency serves a published version, which only a full deployment makes. */
  warnOfAlias(name) {
    if (!this.service.getFunction(name).provisionedConcurrency) return;
    this.log.warning(
      `${name} has provisioned concurrency: requests go to its published version until the next "serverless deploy"`
    );
  }

  /** Builds the named functions and hands their packages to the framework. */
  async build(names) {
    const step = this.progress.create({ name: 'users-api-build', message: 'Building the Go functions' });
    const started = Date.now();
    try {
      const artifacts = await buildFunctions({
        root: this.serverless.serviceDir,
        architecture: this.service.provider.architecture,
        system: this.service.provider.stage === 'local' ? process.platform : 'linux',
        functions: Object.fromEntries(names.map((name) => [name, this.service.getFunction(name).handler])),
      });
      for (const [name, artifact] of Object.entries(artifacts)) {
        const definition = this.service.getFunction(name);
        definition.package = { ...definition.package, artifact };
      }
    } catch (error) {
      throw new this.serverless.classes.Error(error.message, 'USERS_API_BUILD');
    } finally {
      step.remove();
    }
    this.log.info(`Built ${names.join(', ')} in ${Date.now() - started} ms`);
  }
}

module.exports = UsersApiPlugin;
