"""Does to templates what CloudFormation does before it makes their resources.

Reads a list of {"template": path, "parameters": {name: value}} from standard input and
prints a list of {"translated", "resolved", "broken"}: the template after SAM's transform,
and then with its parameters, conditions and intrinsic functions resolved, and the rules
that the parameters break. The libraries are those of SAM's own command line.
"""

import copy
import json
import sys
from types import SimpleNamespace

from samcli.lib.cfn_language_extensions import (
    PseudoParameterValues,
    TemplateProcessingContext,
    create_default_pipeline,
)
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

PSEUDO = PseudoParameterValues(
    region="us-east-1", account_id="123456789012", partition="aws", url_suffix="amazonaws.com"
)


# In place of a call to IAM: no role names a managed policy by its short name.
NO_MANAGED_POLICIES = SimpleNamespace(load=dict)


def translate(template, values):
    validator = SamTemplateValidator(template, NO_MANAGED_POLICIES, region=PSEUDO.region, parameter_overrides=values)
    return yaml_parse(validator.get_translated_template_if_valid())


def resolve(template, values):
    """Returns the template with everything resolved, and its rules whose assertions do not hold."""
    broken = {
        f"{name}{i}": {"Fn::And": [rule["RuleCondition"], {"Fn::Not": [assertion["Assert"]]}]}
        for name, rule in template.get("Rules", {}).items()
        for i, assertion in enumerate(rule["Assertions"])
    }
    fragment = copy.deepcopy(template) | {"Conditions": template.get("Conditions", {}) | broken}
    context = TemplateProcessingContext(fragment=fragment, parameter_values=values, pseudo_parameters=PSEUDO)
    resolved = create_default_pipeline(context).process_template(context)
    holds = context.resolved_conditions
    resources = resolved["Resources"].items()
    resolved["Resources"] = {name: r for name, r in resources if holds.get(r.get("Condition"), True)}
    return resolved, [name for name in broken if holds[name]]


def transform(template, parameters):
    with open(template, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    declared = template.get("Parameters", {})
    values = {name: str(p["Default"]) for name, p in declared.items() if "Default" in p} | parameters
    translated = translate(template, values) if "Transform" in template else template
    resolved, broken = resolve(translated, values)
    return {"translated": translated, "resolved": resolved, "broken": broken}


json.dump([transform(job["template"], job.get("parameters", {})) for job in json.load(sys.stdin)], sys.stdout)
