'use strict';

// The project's plugin for the Serverless Framework. It builds the functions
// when they are packaged; finishes the template when the framework has compiled
// it: the stage as a resource of its own, the roles, the addresses of the code;
// and stores the code while it is deployed.

const aws = require('./aws');
const code = require('./code');
const { buildFunctions } = require('./build');
const { settleEnvironment } = require('./environment');
const { settleRoles } = require('./roles');
const { attachStage } = require('./stage');

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
      'before:aws:deploy:deploy:checkForChanges': () => this.chooseUpdates(),
      'after:aws:deploy:deploy:uploadArtifacts': () => this.store(),
      'after:aws:deploy:finalize:cleanup': () => this.cleanUp(),
    };
  }

  get service() {
    return this.serverless.service;
  }

  get provider() {
    return this.serverless.getProvider('aws');
  }

  get template() {
    return this.service.provider.compiledCloudFormationTemplate;
  }

  functions() {
    return this.service.getAllFunctions();
  }

  /** Builds the named functions and hands their packages to the framework. */
  async build(names) {
    const step = this.progress.create({ name: 'users-api-build', message: 'Building the Go functions' });
    const started = Date.now();
    try {
      const artifacts = await buildFunctions({
        root: this.serverless.serviceDir,
        architecture: this.service.provider.architecture,
        system: this.provider.getStage() === 'local' ? process.platform : 'linux',
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

  finish() {
    settleRoles(this.template);
    attachStage(this.template);
    code.addressByContent(this.template, '.serverless', this.serverless.serviceDir);
  }

  async chooseUpdates() {
    const folder = this.service.package.artifactDirectoryName;
    if (this.options.force) {
      code.readdressAll(this.template, folder);
      return;
    }
    const deployed = await aws.deployedTemplate(this.provider);
    const drifted = await code.readdressDrifted(this.template, deployed, folder, await aws.codeReader(this.provider));
    // The framework compares with its last deployment only, and would skip this one.
    if (drifted) this.options.force = true;
  }

  async store() {
    if (this.service.provider.shouldNotDeploy) return;
    await code.storeByContent(this.template, this.service.package.artifactDirectoryName, await aws.openBucket(this.provider));
  }

  async cleanUp() {
    if (this.service.provider.shouldNotDeploy) return;
    const folder = `${this.provider.getDeploymentPrefix()}/${this.service.service}/${this.provider.getStage()}`;
    await code.removeUnused(folder, await aws.openBucket(this.provider));
  }

  /** Provisioned concurrency serves a published version, which only a full deployment makes. */
  warnOfAlias(name) {
    if (!this.service.getFunction(name).provisionedConcurrency) return;
    this.log.warning(
      `${name} has provisioned concurrency: requests go to its published version until the next "serverless deploy"`
    );
  }
}

module.exports = UsersApiPlugin;
