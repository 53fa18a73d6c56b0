/** Imported before what is written in TypeScript: tsx, where Node does not strip types itself, that is before 22.18. */
import "./node.mjs";

if (!process.features.typescript) await import("tsx");
