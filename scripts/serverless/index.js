'use strict';

// The project's plugin for the Serverless Framework. It builds the functions when
// they are packaged, completes the compiled template (the stage, the roles, the
// addresses of the code), and fits each deployment to the stack and the account.

const path = require('node:path');
const { connect } = require('./aws');
const { buildFunctions, debugged } = require('./build');
const { addressByContent, readdressReplaced, uploadByAddress } = require('./code');
const { waitForStreams } = require('./logs');
const { preflight } = require('./preflight');
const { retainLogs, deferProtection, chooseProtection, protect, adoptRetained } = require('./retain');
const { correctRoles } = require('./roles');
const { attachStage, setBodyValidation, chooseLogRole, deployWithoutRemoved } = require('./stage');

class ServicePlugin {
  constructor(serverless, options, { log, progress } = {}) {
    Object.assign(this, { serverless, options, log, progress });
    this.hooks = {
      initialize: () => preflight(this),
      'before:package:initialize': async () => {
        // Lambda's maximum, for a request at a breakpoint.
        for (const name of this.service.getAllFunctions()) if (debugged.includes(name)) this.service.getFunction(name).timeout = 900;
        await this.build(this.service.getAllFunctions());
      },
      'before:deploy:function:packageFunction': () => this.build([this.options.function]),
      // The first point at which the template has the resources and the roles.
      'after:aws:package:finalize:mergeCustomProviderResources': () => this.completeTemplate(),
      'before:aws:deploy:deploy:createStack': () => this.changeDeployer(),
      'before:aws:deploy:deploy:checkForChanges': () => this.fitToStack(),
      'after:aws:deploy:deploy:updateStack': () => this.completeStack(),
      'before:rollback:rollback': () => this.rememberStack(),
      'after:rollback:rollback': () => this.renewSnapshot(),
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

  get stackName() {
    return this.provider.naming.getStackName();
  }

  /** Returns a plugin of the framework itself. */
  plugin(name) {
    return this.serverless.pluginManager.getPlugins().find(({ constructor }) => constructor.name === name);
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

  completeTemplate() {
    correctRoles(this.template, this.service.custom.permissionsBoundary);
    retainLogs(this.template);
    deferProtection(this.template);
    setBodyValidation(this.template, this.service.custom.bodyValidation);
    attachStage(this.template);
    addressByContent(this.template, path.join(this.serverless.serviceDir, '.serverless'));
  }

  changeDeployer() {
    const deployer = this.plugin('AwsDeploy');
    adoptRetained(deployer);
    uploadByAddress(deployer, this.template);
    // The framework would compare the packages with those in the folder of the last deployment,
    // where they are not. CloudFormation finds out whether there is anything to change.
    this.options.force = true;
  }

  async deployedTemplate() {
    return JSON.parse((await this.aws('cloudformation').getTemplate({ StackName: this.stackName })).TemplateBody);
  }

  /** Keeps the template that the stack has before an update. */
  async rememberStack() {
    this.aws = await connect(this.provider);
    this.before = await this.deployedTemplate();
  }

  /** Decides what depends on the stack and the account as they are. */
  async fitToStack() {
    await this.rememberStack();
    chooseProtection(this.template, this.before, this.service.provider);
    if (this.service.custom.accessLogRole === 'auto') await chooseLogRole(this.template, this.before, this.aws('api-gateway'));
    await readdressReplaced(this.template, this.before, this.aws('lambda'), this.service.package.artifactDirectoryName);
  }

  /** Does what must wait until the stack is updated. */
  async completeStack() {
    await this.renewSnapshot();
    await protect(this.plugin('AwsDeploy'), this.service.provider, this.aws('cloudformation'), this.stackName);
  }

  async renewSnapshot() {
    const api = { StackName: this.stackName, LogicalResourceId: 'ApiGatewayRestApi' };
    const { StackResourceDetail } = await this.aws('cloudformation').describeStackResource(api);
    const stage = { restApiId: StackResourceDetail.PhysicalResourceId, stageName: this.provider.getStage() };
    await deployWithoutRemoved(this.before, await this.deployedTemplate(), this.aws('api-gateway'), stage);
  }
}

module.exports = ServicePlugin;
