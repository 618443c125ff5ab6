"""Does to templates what CloudFormation does before it makes their resources.

Reads a list of jobs from standard input, in JSON, {"template": path, "parameters":
{name: value}} each, and prints for each {"translated", "resolved"}: the template after
SAM's transform, if it asks for it, and after that with its parameters and conditions
worked out and the resources left out whose condition does not hold. The libraries are
those of SAM's own command line.
"""

import copy
import json
import sys

from samcli.lib.cfn_language_extensions import PseudoParameterValues, TemplateProcessingContext
from samcli.lib.cfn_language_extensions import create_default_pipeline
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse

REGION = "us-east-1"
PSEUDO_PARAMETERS = PseudoParameterValues(
    region=REGION, account_id="123456789012", partition="aws", url_suffix="amazonaws.com"
)


class NoManagedPolicies:
    """Our roles name no policy by its short name, and only IAM can list those."""

    def load(self):
        return {}


def translate(template, values):
    """The template after SAM's transform; raises what says what is wrong with it."""
    if "Transform" not in template:
        return template
    validator = SamTemplateValidator(template, NoManagedPolicies(), region=REGION, parameter_overrides=values)
    return yaml_parse(validator.get_translated_template_if_valid())


def resolve(template, values):
    """The template of one deployment, with these values of its parameters."""
    context = TemplateProcessingContext(
        fragment=copy.deepcopy(template), parameter_values=values, pseudo_parameters=PSEUDO_PARAMETERS
    )
    resolved = create_default_pipeline(context).process_template(context)
    resolved["Resources"] = {
        name: resource
        for name, resource in resolved["Resources"].items()
        if context.resolved_conditions.get(resource.get("Condition"), True)
    }
    return resolved


def transform(job):
    with open(job["template"], encoding="utf-8") as file:
        template = yaml_parse(file.read())
    declared = template.get("Parameters", {})
    values = {name: str(declared[name]["Default"]) for name in declared if "Default" in declared[name]}
    values.update(job.get("parameters", {}))
    translated = translate(template, values)
    return {"translated": translated, "resolved": resolve(translated, values)}


if __name__ == "__main__":
    json.dump([transform(job) for job in json.load(sys.stdin)], sys.stdout)
