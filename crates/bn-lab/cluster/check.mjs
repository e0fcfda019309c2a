// Whether the cluster files here are what Kubernetes, Slurm and JupyterHub take, and whether all
// parts together are the whole; needs none of these and no network:
//
//     node check.mjs NODE_MODULES

import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const modules = resolve(process.argv[2]);
const require = createRequire(join(modules, "check.cjs"));
const { Job } = require("kubernetes-models/batch/v1/Job");
const Ajv = require("ajv").default;
const yaml = require("yaml");
const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => yaml.parse(readFileSync(join(here, name), "utf8"));

function refuse(name, why) {
  console.error(`error: crates/bn-lab/cluster/${name}: ${why}`);
  process.exit(1);
}

// Kubernetes' own schema.
const job = read("job.yaml");
try {
  new Job(job).validate();
} catch (error) {
  refuse("job.yaml", error.message);
}
// The schema allows keys it does not know, so a misspelled one would pass.
if (job.spec.completionMode !== "Indexed") refuse("job.yaml", "the pods get no index: completionMode is not Indexed");

// Of the chart's schema, the keys written here.
const object = (properties) => ({ type: "object", additionalProperties: false, properties });
const amount = { anyOf: [{ type: "number" }, { type: "string", pattern: "^[0-9.]+[KMGT]$" }] };
const chart = object({
  singleuser: object({
    image: { ...object({ name: { type: "string" }, tag: { type: "string" } }), required: ["name", "tag"] },
    defaultUrl: { type: "string", pattern: "^/" },
    cpu: object({ guarantee: { type: "number" }, limit: { type: "number" } }),
    memory: object({ guarantee: amount, limit: amount }),
    storage: object({ capacity: { type: "string" }, homeMountPath: { type: "string", pattern: "^/" } }),
    startTimeout: { type: "integer" },
  }),
  hub: object({ config: { type: "object", additionalProperties: { type: "object" } } }),
  cull: object({ enabled: { type: "boolean" }, timeout: { type: "integer" } }),
  prePuller: object({ hook: object({ enabled: { type: "boolean" } }) }),
});
const ajv = new Ajv({ allowUnionTypes: true });
if (!ajv.validate(chart, read("jupyterhub.yaml"))) refuse("jupyterhub.yaml", ajv.errorsText());

// Each task, with a `cargo` that says what it was asked for.
const folder = mkdtempSync(join(tmpdir(), "cluster-"));
try {
  writeFileSync(join(folder, "cargo"), '#!/bin/sh\necho "$@"\n');
  chmodSync(join(folder, "cargo"), 0o755);
  const asked = (script, environment) => execFileSync("bash", script, {
    cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"],
    // With SHLVL, bash does not take this for a login from afar, which would set another PATH.
    env: { ...environment, SHLVL: "1", PATH: `${folder}${delimiter}${process.env.PATH}` },
  }).trim();
  const complete = (name, count, task) => {
    const parts = new Set();
    for (let index = 0; index < count; index += 1) {
      const said = task(index);
      const found = /^book claims --seeds (\d+) --shard (\d+)\/(\d+) --out \S*\b(\d+)\.jsonl$/.exec(said);
      if (!found) refuse(name, `asks for \`cargo ${said}\``);
      if (Number(found[3]) !== count) refuse(name, `starts ${count} tasks for ${found[3]} parts`);
      if (found[2] !== found[4]) refuse(name, `writes part ${found[2]} to file ${found[4]}`);
      parts.add(Number(found[2]));
    }
    if (parts.size !== count || Math.min(...parts) !== 1 || Math.max(...parts) !== count) {
      refuse(name, `the parts are ${[...parts].join(", ")}, not 1 to ${count}`);
    }
  };

  const { command, args, env } = job.spec.template.spec.containers[0];
  const variables = Object.fromEntries(env.map(({ name, value }) => [name, value]));
  complete("job.yaml", job.spec.completions, (index) =>
    asked([...command.slice(1), ...args], { ...variables, JOB_COMPLETION_INDEX: String(index) }));

  const script = join(here, "claims.sbatch");
  const [, first, last] = /^#SBATCH --array=(\d+)-(\d+)$/m.exec(readFileSync(script, "utf8")) ?? refuse("claims.sbatch", "is no array");
  const count = Number(last) - Number(first) + 1;
  complete("claims.sbatch", count, (index) =>
    asked([script], { SLURM_ARRAY_TASK_ID: String(Number(first) + index), SLURM_ARRAY_TASK_COUNT: String(count) }));
} finally {
  rmSync(folder, { recursive: true });
}
