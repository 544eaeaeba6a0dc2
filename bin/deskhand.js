#!/usr/bin/env node
// From the sources where they are, as in a clone; else from what `npm run build` made of them.
import { existsSync } from "node:fs";

const sources = new URL("../src/cli.ts", import.meta.url);
const hasSources = existsSync(sources);
if (hasSources) (await import("tsx/esm/api")).register();
const { runCli } = await import(hasSources ? sources.href : new URL("../build/cli.js", import.meta.url).href);
process.exitCode = await runCli(process.argv.slice(2));
