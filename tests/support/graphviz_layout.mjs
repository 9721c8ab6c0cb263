// Lays out each DOT source of a JSON array on standard input with the real Graphviz, compiled to
// WebAssembly, and answers with an array of layouts. The folder of the package is the argument.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const module_ = await import(pathToFileURL(`${process.argv[2]}/@viz-js/viz/dist/viz.js`));
const viz = await module_.instance();
const sources = JSON.parse(readFileSync(0, "utf8"));
const layouts = sources.map((source) =>
  JSON.parse(viz.renderString(source, { format: "json", engine: "dot" })),
);
process.stdout.write(JSON.stringify({ version: viz.graphvizVersion, layouts }));
