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

/** Names that end in "js" and mean something else, or nothing, without it. */
const KEEPS_JS = new Set(["js", "nodejs"]);

/**
 * The name by which a skill is compared: lower-case letters and digits only, "" where nothing is left.
 * "React.js", "ReactJS" and "react" are "react"; C++ is "cpp", C# "csharp", .NET "dotnet", Node.js "nodejs".
 */
export function normaliseSkill(name: string): string {
  const folded = name
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, "");
  const spelled = spellSigns(folded);
  const bare = spelled.replace(/[^\p{L}\p{M}\p{N}]+/gu, "");
  const known = SPELLINGS.get(bare);
  if (known !== undefined) return known;
  if (bare.length > 2 && bare.endsWith("js") && !KEEPS_JS.has(bare)) return bare.slice(0, -2);
  return bare;
}

function spellSigns(folded: string): string {
  const whole = SIGNED_NAMES.get(folded);
  if (whole !== undefined) return whole;
  return folded
    .replace(/\+\+/g, "pp")
    .replace(/[#♯]/g, "sharp")
    .replace(/(^|[^\p{L}\p{N}])\.net/gu, "$1dotnet")
    .replace(/\+/g, "plus");
}

/** The needed skills that somebody has, in the order needed, and their share. No needed skills: coverage 0. */
export function matchSkills(needed: string[], has: string[]): { matched: string[]; coverage: number } {
  const wanted = new Map<string, string>();
  for (const skill of needed) {
    const normalised = normaliseSkill(skill);
    if (normalised !== "" && !wanted.has(normalised)) wanted.set(normalised, skill);
  }
  const owned = new Set(has.map(normaliseSkill));
  const matched = [...wanted].filter(([normalised]) => owned.has(normalised)).map(([, skill]) => skill);
  return { matched, coverage: wanted.size === 0 ? 0 : matched.length / wanted.size };
}
