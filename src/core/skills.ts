/** Skills are compared by their normalised names, exactly: "Java" is not "JavaScript", "C++" is not "C". */

/** Names whose signs carry the meaning. Looked up after folding case and white space. */
const SIGNED_NAMES = new Map([
  ["c++", "cpp"],
  ["c#", "csharp"],
  ["f#", "fsharp"],
  ["j#", "jsharp"],
  ["q#", "qsharp"],
  ["a+", "aplus"],
  [".net", "dotnet"],
  ["asp.net", "aspnet"],
  ["vb.net", "vbnet"],
  ["ado.net", "adonet"],
]);

/** Other spellings of the above that no rule reaches. */
const SPELLINGS = new Map([["cplusplus", "cpp"]]);

/**
 * Frameworks that are called the same with and without "js". No rule for every name: Go.js is not Go, SQL.js is not SQL,
 * AngularJS is not Angular. What is missing here, an admin adds as an alias.
 */
const ALSO_WITHOUT_JS = new Set(
  (
    "react preact vue svelte ember express next nuxt nest backbone meteor gatsby electron knockout jquery redux koa hapi " +
    "fastify handlebars lodash underscore moment three babylon d3 phaser p5 leaflet"
  ).split(" "),
);

/**
 * The name by which a skill is compared: lower-case letters and digits only, "" where nothing is left.
 * "React.js", "ReactJS" and "react" are "react"; C++ is "cpp", C# "csharp", .NET "dotnet", Node.js "nodejs".
 * A normalised name stays as it is.
 */
export function normaliseSkill(name: string): string {
  const folded = name
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
  if (!/[\p{L}\p{N}]/u.test(folded)) return "";
  const spelled = spellSigns(folded);
  const bare = spelled.replace(/[^\p{L}\p{M}\p{N}]+/gu, "").normalize("NFKC");
  const known = SPELLINGS.get(bare);
  if (known !== undefined) return known;
  const withoutJs = bare.endsWith("js") ? bare.slice(0, -2) : "";
  return ALSO_WITHOUT_JS.has(withoutJs) ? withoutJs : bare;
}

/** Signs that tell one name from another become words; those that only separate are left for the caller to drop. */
function spellSigns(folded: string): string {
  const whole = SIGNED_NAMES.get(folded);
  if (whole !== undefined) return whole;
  return folded
    .replace(/[#♯]/g, "sharp")
    .replace(/(^|[^\p{L}\p{N}])\.net/gu, "$1dotnet")
    .replace(/\+/g, "plus")
    .replace(/([\p{L}\p{N}])\*/gu, "$1star")
    .replace(/([\p{L}\p{N}])--$/u, "$1minusminus");
}

export interface NeededSkill {
  /** As the ticket spells it. */
  name: string;
  normalised: string;
}

/**
 * The skills of a ticket, each once, in its order, without what is no name.
 * @param canonical leads from another name of a skill to that of the skill, both normalised
 */
export function listNeededSkills(
  names: readonly string[],
  canonical: ReadonlyMap<string, string> = new Map(),
): NeededSkill[] {
  const needed = new Map<string, NeededSkill>();
  for (const name of names) {
    const written = normaliseSkill(name);
    const normalised = canonical.get(written) ?? written;
    if (normalised !== "" && !needed.has(normalised)) needed.set(normalised, { name, normalised });
  }
  return [...needed.values()];
}

/** The needed skills that somebody has, in the order needed, and their share. No needed skills: coverage 0. */
export function matchSkills(
  needed: readonly string[],
  has: readonly string[],
): { matched: string[]; coverage: number } {
  const wanted = listNeededSkills(needed);
  const owned = new Set(has.map(normaliseSkill));
  const matched = wanted.filter(({ normalised }) => owned.has(normalised)).map(({ name }) => name);
  return { matched, coverage: wanted.length === 0 ? 0 : matched.length / wanted.length };
}
