import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import openapiTypescript, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";
import { COMPANY_MAX_LENGTH, NICKNAME_MAX_LENGTH } from "../lib/api/types.ts";

const at = (path: string) => new URL(path, import.meta.url);
/** A gateway is loaded to be asked, beside whatever else this machine does. */
const GATEWAY_MILLISECONDS = 60_000;
const committed = readFileSync(at("../openapi.json"), "utf8");

test(
  "openapi.json is what the gateway says of itself; `make frontend-types` writes it anew",
  () => {
    const python = at("../../../.venv/bin/python").pathname;
    const said = execFileSync(python, [at("../scripts/openapi.py").pathname, "--print"], {
      encoding: "utf8",
    });
    expect(committed).toBe(said);
  },
  GATEWAY_MILLISECONDS,
);

test("the types are those of openapi.json; `make frontend-types` writes them anew", async () => {
  const written = readFileSync(at("../lib/api/schema.d.ts"), "utf8");
  const made = astToString(await openapiTypescript(JSON.parse(committed), { emptyObjectsUnknown: true }));
  expect(written.slice(written.indexOf("export interface paths")).trim()).toBe(
    made.slice(made.indexOf("export interface paths")).trim(),
  );
});

test("the fields take as many characters as the gateway does", () => {
  const submit = JSON.parse(committed).paths["/api/survey/submit"].post;
  const { company, nickname } = submit.requestBody.content["application/json"].schema.properties;
  expect([company.maxLength, nickname.maxLength]).toEqual([COMPANY_MAX_LENGTH, NICKNAME_MAX_LENGTH]);
});

test("the lock file names no registry", () => {
  expect(readFileSync(at("../package-lock.json"), "utf8")).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/);
});

test("Next.js is at least 16.4.6, where its advisories end", () => {
  const { packages } = JSON.parse(readFileSync(at("../package-lock.json"), "utf8"));
  const [major, minor, patch] = packages["node_modules/next"].version.split(".").map(Number);
  expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThanOrEqual(16_004_006);
});
