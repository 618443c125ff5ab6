'use strict';

// The project's plugin for the Serverless Framework. It builds the functions when
// they are packaged, completes the compiled template (the stage, the roles, the
// addresses of the code) and stores the code during the deployment.

const path = require('node:path');
const { connect } = require('./aws');
const code = require('./code');
const { buildFunctions, debugged } = require('./build');
const { requireOwn } = require('./framework');
const { correctRoles, boundRoles } = require('./functions');
const { chooseLogRole } = require('./logrole');
const { waitForStreams } = require('./logs');
const { nameKeys } = require('./partners');
const { preflight } = require('./preflight');
const { deferProtection, chooseProtection, protect } = require('./protection');
const { deployWithoutRemoved } = require('./removed');
const { retainLogs, adoptRetained } = require('./retain');
const { attachStage, dropEmptyPolicy, setBodyValidation } = require('./stage');

class ServicePlugin {
  constructor(serverless, options, { log, progress } = {}) {
    requireOwn(serverless);
    this.serverless = serverless;
    this.options = options;
    this.log = log;
    this.progress = progress;
    this.hooks = {
      initialize: () => preflight(this),
      'before:package:initialize': async () => {
        // Lambda's maximum, for a request at a breakpoint.
        for (const name of this.service.getAllFunctions()) if (debugged.includes(name)) this.service.getFunction(name).timeout = 900;
        await this.build(this.service.getAllFunctions());
      },
      'before:deploy:function:packageFunction': async () => {
        this.warnOfAlias(this.options.function);
        await this.build([this.options.function]);
      },
      // The first point at which the template has the resources and the roles.
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.completeTemplate(),
      'before:aws:deploy:deploy:createStack': () => adoptRetained(this.plugin('AwsDeploy')),
      'before:aws:deploy:deploy:checkForChanges': async () => {
        await this.fitToStack();
        await this.chooseUpdates();
      },
      'after:aws:deploy:deploy:uploadArtifacts': () => this.storeCode(),
      'after:aws:deploy:deploy:updateStack': () => this.completeStack(),
      'after:aws:deploy:finalize:cleanup': () => this.removeCode(),
      'before:rollback:rollback': () => this.rememberStack(),
      'after:rollback:rollback': async () => deployWithoutRemoved(this.before, await this.connected()),
      'before:logs:logs': () => {
        if (this.options.tail) waitForStreams(this.plugin('AwsLogs'), this.log);
      },
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

  /** Returns the calls for the stack, of one connection for the whole command. */
  connected() {
    return (this.connection ??= connect(this.provider));
  }

  /** Builds the named functions and hands their packages to the framework. */
  async build(names) {
    const step = this.progress.create({ name: 'build-functions', message: 'Building the Go functions' });
    try {
      const packages = await buildFunctions({
        root: this.serverless.serviceDir,
        architecture: this.service.provider.architecture,
        system: this.provider.getStage() === 'local' ? process.platform : 'linux',
        functions: Object.fromEntries(names.map((name) => [name, this.service.getFunction(name).handler])),
      });
      for (const name of names) {
        const fn = this.service.getFunction(name);
        fn.package = { ...fn.package, artifact: packages[name] };
      }
    } catch (error) {
      throw new this.serverless.classes.Error(error.message, 'SERVICE_BUILD');
    } finally {
      step.remove();
    }
  }

  /** Returns a plugin of the framework itself. */
  plugin(name) {
    return this.serverless.pluginManager.getPlugins().find(({ constructor }) => constructor.name === name);
  }

  completeTemplate() {
    dropEmptyPolicy(this.template);
    correctRoles(this.template);
    boundRoles(this.template, this.service.custom.permissionsBoundary);
    retainLogs(this.template);
    deferProtection(this.template);
    nameKeys(this.template, `${this.service.service}-${this.provider.getStage()}-`);
    setBodyValidation(this.template, this.service.custom.bodyValidation);
    attachStage(this.template);
    code.addressByContent(this.template, path.join(this.serverless.serviceDir, '.serverless'));
  }

  /** Keeps the template that the stack has before an update. */
  async rememberStack() {
    this.before = await (await this.connected()).deployedTemplate();
  }

  /** Decides what depends on the stack and the account as they are. */
  async fitToStack() {
    await this.rememberStack();
    chooseProtection(this.template, this.before, this.service.provider);
    if (this.service.custom.accessLogRole !== 'auto') return;
    const { roleOfAccount } = await this.connected();
    await chooseLogRole(this.template, this.before, roleOfAccount);
  }

  /** Does what must wait until the stack is updated. */
  async completeStack() {
    const stack = await this.connected();
    if (!this.service.provider.shouldNotDeploy) await deployWithoutRemoved(this.before, stack);
    await protect(this.plugin('AwsDeploy'), this.service.provider, stack);
  }

  async chooseUpdates() {
    const updated = await this.driftedFunctions();
    code.readdress(updated, this.service.package.artifactDirectoryName);
    // The framework compares with its last deployment only and would skip this one.
    if (updated.length) this.options.force = true;
  }

  async driftedFunctions() {
    const { codeOf } = await this.connected();
    return code.drifted(this.template, this.before, codeOf);
  }

  async storeCode() {
    if (this.service.provider.shouldNotDeploy) return;
    await code.storeByContent(this.template, this.service.package.artifactDirectoryName, await this.connected());
  }

  async removeCode() {
    if (this.service.provider.shouldNotDeploy) return;
    await code.removeUnused(path.posix.dirname(this.service.package.artifactDirectoryName), await this.connected());
  }

  /** Provisioned concurrency serves a published version, which only a full deployment makes. */
  warnOfAlias(name) {
    if (!this.service.getFunction(name).provisionedConcurrency) return;
    this.log.warning(`${name} has provisioned concurrency: requests go to its published version until the next "serverless deploy"`);
  }
}

module.exports = ServicePlugin;
