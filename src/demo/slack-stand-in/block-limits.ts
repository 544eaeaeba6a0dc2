/**
 * Slack's limits on Block Kit, so that what it would refuse is refused here too.
 * https://docs.slack.dev/reference/block-kit and https://docs.slack.dev/reference/views
 */

type Json = Record<string, unknown>;

/** Each problem in Slack's own form, e.g. `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
export function findBlockProblems(blocks: unknown, surface: "message" | "view", base = ""): string[] {
  if (!Array.isArray(blocks)) return [`blocks must be an array [json-pointer:${base}/blocks]`];
  const checker = createChecker();
  const most = surface === "message" ? 50 : 100;
  if (blocks.length > most) checker.add(`no more than ${most} items allowed`, `${base}/blocks`);
  const ids = blocks.map((block: Json) => block?.block_id).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) checker.add("block_id must be unique", `${base}/blocks`);
  for (const [index, block] of blocks.entries()) {
    checkBlock(checker, block as Json, `${base}/blocks/${index}`, surface);
  }
  return checker.problems;
}

export function findViewProblems(view: unknown): string[] {
  const checker = createChecker();
  const modal = view as Json;
  checker.string(modal?.private_metadata ?? "", "/view/private_metadata", 3000, 0);
  checker.string(modal?.callback_id ?? "", "/view/callback_id", 255, 0);
  if (modal?.type === "home") {
    return [...checker.problems, ...findBlockProblems(modal.blocks, "view", "/view")];
  }
  if (modal?.type !== "modal") checker.add("must be a modal or a home", "/view/type");
  checker.text(modal?.title, "/view/title", 24, ["plain_text"]);
  if (modal?.submit !== undefined) checker.text(modal.submit, "/view/submit", 24, ["plain_text"]);
  if (modal?.close !== undefined) checker.text(modal.close, "/view/close", 24, ["plain_text"]);
  const blocks = findBlockProblems(modal?.blocks, "view", "/view");
  const hasInput =
    Array.isArray(modal?.blocks) && modal.blocks.some((block: Json) => block?.type === "input");
  if (hasInput && modal?.submit === undefined) checker.add("missing required field: submit", "/view");
  return [...checker.problems, ...blocks];
}

function createChecker() {
  const problems: string[] = [];
  const add = (problem: string, pointer: string) => problems.push(`${problem} [json-pointer:${pointer}]`);
  function string(value: unknown, pointer: string, max: number, min = 1): void {
    if (typeof value !== "string") add("must be a string", pointer);
    else if (value.length > max) add(`must be less than ${max + 1} characters`, pointer);
    else if (value.length < min) add(`must be more than ${min - 1} characters`, pointer);
  }
  function text(value: unknown, pointer: string, max: number, types: string[]): void {
    const object = value as Json | undefined;
    if (typeof object?.type !== "string" || !types.includes(object.type)) {
      add(`unsupported type: ${String(object?.type)}`, `${pointer}/type`);
      return;
    }
    string(object.text, `${pointer}/text`, max);
    if (object.type === "mrkdwn" && object.emoji !== undefined) add("emoji is for plain_text only", pointer);
  }
  function list(value: unknown, pointer: string, max: number): Json[] {
    if (!Array.isArray(value) || value.length === 0) {
      add("must be an array with at least 1 item", pointer);
      return [];
    }
    if (value.length > max) add(`no more than ${max} items allowed`, pointer);
    return value as Json[];
  }
  return { problems, add, string, text, list };
}
type Checker = ReturnType<typeof createChecker>;

const ANY_TEXT = ["plain_text", "mrkdwn"];

function checkBlock(checker: Checker, block: Json, at: string, surface: "message" | "view"): void {
  if (block?.block_id !== undefined) checker.string(block.block_id, `${at}/block_id`, 255);
  switch (block?.type) {
    case "divider":
      return;
    case "header":
      checker.text(block.text, `${at}/text`, 150, ["plain_text"]);
      return;
    case "section":
      checkSection(checker, block, at);
      return;
    case "context":
      for (const [index, element] of checker.list(block.elements, `${at}/elements`, 10).entries()) {
        checker.text(element, `${at}/elements/${index}`, 3000, ANY_TEXT);
      }
      return;
    case "actions":
      for (const [index, element] of checker.list(block.elements, `${at}/elements`, 25).entries()) {
        checkInteractive(checker, element, `${at}/elements/${index}`);
      }
      return;
    case "input":
      if (surface !== "view") checker.add("unsupported block here: input", at);
      checkInput(checker, block, at);
      return;
    default:
      checker.add(`unsupported block: ${String(block?.type)}`, `${at}/type`);
  }
}

function checkSection(checker: Checker, block: Json, at: string): void {
  if (block.text === undefined && block.fields === undefined) checker.add("missing text or fields", at);
  if (block.text !== undefined) checker.text(block.text, `${at}/text`, 3000, ANY_TEXT);
  if (block.accessory !== undefined) checkInteractive(checker, block.accessory as Json, `${at}/accessory`);
  if (block.fields === undefined) return;
  for (const [index, field] of checker.list(block.fields, `${at}/fields`, 10).entries()) {
    checker.text(field, `${at}/fields/${index}`, 2000, ANY_TEXT);
  }
}

function checkInteractive(checker: Checker, element: Json, at: string): void {
  if (element?.type === "button") checkButton(checker, element, at);
  else if (element?.type === "static_select") checkSelect(checker, element, at);
  else checker.add(`unsupported element: ${String(element?.type)}`, at);
}

/** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
function checkSelect(checker: Checker, element: Json, at: string): void {
  checker.string(element.action_id, `${at}/action_id`, 255);
  if (element.placeholder !== undefined) {
    checker.text(element.placeholder, `${at}/placeholder`, 150, ["plain_text"]);
  }
  const options = checker.list(element.options, `${at}/options`, 100);
  for (const [index, option] of options.entries()) {
    checker.text(option.text, `${at}/options/${index}/text`, 75, ["plain_text"]);
    checker.string(option.value, `${at}/options/${index}/value`, 75);
  }
  const initial = element.initial_option;
  if (initial === undefined) return;
  const stands = options.some((option) => JSON.stringify(option) === JSON.stringify(initial));
  if (!stands) checker.add("initial_option must be one of the options", `${at}/initial_option`);
}

function checkButton(checker: Checker, element: Json, at: string): void {
  if (element.url !== undefined) checker.string(element.url, `${at}/url`, 3000);
  checker.text(element.text, `${at}/text`, 75, ["plain_text"]);
  checker.string(element.action_id, `${at}/action_id`, 255);
  if (element.value !== undefined) checker.string(element.value, `${at}/value`, 2000);
  if (element.style !== undefined && element.style !== "primary" && element.style !== "danger") {
    checker.add("must be primary or danger", `${at}/style`);
  }
}

function checkInput(checker: Checker, block: Json, at: string): void {
  checker.text(block.label, `${at}/label`, 2000, ["plain_text"]);
  if (block.hint !== undefined) checker.text(block.hint, `${at}/hint`, 2000, ["plain_text"]);
  const element = block.element as Json | undefined;
  if (element?.type === "file_input") {
    checker.string(element.action_id, `${at}/element/action_id`, 255);
    const most = typeof element.max_files === "number" ? element.max_files : 10;
    if (most < 1 || most > 10) checker.add("must be between 1 and 10", `${at}/element/max_files`);
    return;
  }
  if (element?.type === "static_select") {
    checkSelect(checker, element, `${at}/element`);
    return;
  }
  if (element?.type !== "plain_text_input") {
    checker.add(`unsupported element: ${String(element?.type)}`, `${at}/element`);
    return;
  }
  checker.string(element.action_id, `${at}/element/action_id`, 255);
  const longest = typeof element.max_length === "number" ? element.max_length : 3000;
  if (longest < 1 || longest > 3000) checker.add("must be between 1 and 3000", `${at}/element/max_length`);
  if (element.initial_value !== undefined) {
    checker.string(element.initial_value, `${at}/element/initial_value`, longest, 0);
  }
}
