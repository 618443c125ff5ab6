"""Does to templates what CloudFormation does before it makes their resources.

Reads a list of {"template": path, "parameters": {name: value}} from standard input and
prints a list of {"translated", "resolved", "broken"}: the template after SAM's transform,
and then with its parameters, conditions and intrinsic functions resolved, and what its
rules say against the parameters. The libraries are those of SAM's own command line.
"""

import copy
import json
import sys

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


class NoManagedPolicies:
    """Replaces a call to IAM: no role names a managed policy by its short name."""

    def load(self):
        return {}


def translate(template, values):
    validator = SamTemplateValidator(template, NoManagedPolicies(), region=PSEUDO.region, parameter_overrides=values)
    return yaml_parse(validator.get_translated_template_if_valid())


def resolve(template, values):
    context = TemplateProcessingContext(
        fragment=copy.deepcopy(template), parameter_values=values, pseudo_parameters=PSEUDO
    )
    resolved = create_default_pipeline(context).process_template(context)
    holds = context.resolved_conditions
    resources = resolved["Resources"].items()
    resolved["Resources"] = {name: r for name, r in resources if holds.get(r.get("Condition"), True)}
    return resolved


def broken_rules(template, values):
    """Returns the descriptions of the assertions that do not hold. A rule has the functions of a condition."""
    assertions = [
        ([rule.get("RuleCondition", {"Fn::Equals": ["", ""]})], assertion)
        for rule in template.get("Rules", {}).values()
        for assertion in rule["Assertions"]
    ]
    conditions = {
        f"Broken{i}": {"Fn::And": [*applies, {"Fn::Not": [assertion["Assert"]]}]}
        for i, (applies, assertion) in enumerate(assertions)
    }
    context = TemplateProcessingContext(
        fragment={"Parameters": template.get("Parameters", {}), "Conditions": conditions, "Resources": {}},
        parameter_values=values,
        pseudo_parameters=PSEUDO,
    )
    create_default_pipeline(context).process_template(context)
    return [a["AssertDescription"] for i, (_, a) in enumerate(assertions) if context.resolved_conditions[f"Broken{i}"]]


def transform(template, parameters):
    with open(template, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    declared = template.get("Parameters", {})
    values = {name: str(p["Default"]) for name, p in declared.items() if "Default" in p} | parameters
    translated = translate(template, values) if "Transform" in template else template
    return {"translated": translated, "resolved": resolve(translated, values), "broken": broken_rules(template, values)}


json.dump([transform(job["template"], job.get("parameters", {})) for job in json.load(sys.stdin)], sys.stdout)
