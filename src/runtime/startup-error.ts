/** What keeps a command from starting: which setting, what is wrong with it, and what to do. Ends with exit status 2. */
export class StartupError extends Error {
  readonly setting: string;
  readonly problem: string;
  readonly fix: string;

  constructor(setting: string, problem: string, fix: string, cause?: unknown) {
    super(`${setting}: ${problem} ${fix}`.trimEnd(), cause === undefined ? undefined : { cause });
    this.name = "StartupError";
    this.setting = setting;
    this.problem = problem;
    this.fix = fix;
  }
}
