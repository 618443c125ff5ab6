'use strict';

// A domain of the stage's own (parameter domain), with its record if Route 53 has the
// zone. scripts/serverless/variables.js then switches the execute-api endpoint off.

module.exports = async ({ resolveVariable }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  const domain = await param('domain');
  if (!domain) return {};
  const zone = await param('hostedZoneId');
  return {
    Resources: {
      Domain: {
        Type: 'AWS::ApiGateway::DomainName',
        Properties: {
          DomainName: domain,
          RegionalCertificateArn: await param('certificateArn'),
          EndpointConfiguration: { Types: ['REGIONAL'] },
          SecurityPolicy: 'TLS_1_2', // TLS 1.2 and 1.3
        },
      },
      DomainMapping: {
        Type: 'AWS::ApiGateway::BasePathMapping',
        Properties: { DomainName: { Ref: 'Domain' }, RestApiId: { Ref: 'ApiGatewayRestApi' }, Stage: { Ref: 'ApiGatewayStage' } },
      },
      ...(zone && { DomainRecord: record(zone) }),
    },
    Outputs: {
      DomainUrl: { Description: 'URL of the API', Value: `https://${domain}` },
      DomainTarget: { Description: 'What a record of the domain points to', Value: target('RegionalDomainName') },
    },
  };
};

function record(zone) {
  return {
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      HostedZoneId: zone,
      Name: { Ref: 'Domain' },
      Type: 'A',
      AliasTarget: { DNSName: target('RegionalDomainName'), HostedZoneId: target('RegionalHostedZoneId') },
    },
  };
}

function target(attribute) {
  return { 'Fn::GetAtt': ['Domain', attribute] };
}
