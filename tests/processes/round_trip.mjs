// node round_trip.mjs FILE… → JSON per file: import warnings, whether writing gives back every byte, lint reports.
import { readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json' with { type: 'json' };
import Linter from 'bpmnlint/lib/linter.js';
import NodeResolver from 'bpmnlint/lib/resolver/node-resolver.js';

async function examine(file) {
  const before = readFileSync(file, 'utf8');
  const moddle = new BpmnModdle({ camunda });
  const { rootElement, warnings } = await moddle.fromXML(before);
  const linter = new Linter({ config: { extends: 'bpmnlint:recommended' }, resolver: new NodeResolver() });
  const reports = await linter.lint(rootElement);
  const { xml } = await moddle.toXML(rootElement, { format: true });
  return {
    warnings: warnings.map((warning) => warning.message),
    unchanged: xml === before,
    reports: Object.entries(reports).flatMap(([rule, found]) => found.map((each) => `${rule}: ${each.id} ${each.message}`)),
  };
}

const results = {};
for (const file of process.argv.slice(2)) {
  results[file] = await examine(file);
}
console.log(JSON.stringify(results));
