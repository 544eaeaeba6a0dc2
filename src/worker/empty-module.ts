/** Stands for packages that Bolt brings for Node servers and that Workers never run; see `[alias]` in wrangler.toml. */
// biome-ignore lint/style/noDefaultExport: CommonJS callers ask for it
export default {};
