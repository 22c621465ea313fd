import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const at = (path: string) => new URL(path, import.meta.url);
const server = readFileSync(at("../server/nginx.conf"), "utf8");
const environments = readdirSync(at("../../../dist/"));

test.each(environments)("the web server listens and answers where %s looks", (environment) => {
  const deployment = readFileSync(
    at(`../../../dist/${environment}/frontend/Deployment.frontend.yaml`),
    "utf8",
  );
  expect(/containerPort: (\d+)/.exec(deployment)?.[1]).toBe(/listen (\d+);/.exec(server)?.[1]);
  const paths = [...deployment.matchAll(/path: (\/\S*)/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(0);
  for (const path of paths) expect(server).toContain(`location = ${path} {`);
});

test.each(environments)("the web server writes only where %s lets it", (environment) => {
  const deployment = readFileSync(
    at(`../../../dist/${environment}/frontend/Deployment.frontend.yaml`),
    "utf8",
  );
  expect(deployment).toContain("readOnlyRootFilesystem: true");
  expect(deployment).toContain("mountPath: /tmp");
  const written = [...server.matchAll(/(?:_path|pid) (\S+);/g)].map(([, path]) => path);
  expect(written.length).toBeGreaterThanOrEqual(6);
  for (const path of written) expect(path).toMatch(/^\/tmp\//);
});
