/** Block Kit as HTML, in styles of our own. A block that is not drawn here is an error, never left out. */
import { escapeHtml, type Names, renderText, type TextObject } from "./text-html.ts";

interface Option {
  text: TextObject;
  value: string;
}

interface Element {
  type: string;
  text?: TextObject | string;
  style?: string;
  placeholder?: TextObject;
  initial_option?: Option;
  initial_value?: string;
}

interface Block {
  type: string;
  text?: TextObject;
  fields?: TextObject[];
  elements?: Element[];
  accessory?: Element;
  label?: TextObject;
  hint?: TextObject;
  optional?: boolean;
  element?: Element;
}

export function renderBlocks(blocks: readonly unknown[], names: Names): string {
  return blocks.map((block) => renderBlock(block as Block, names)).join("\n");
}

function renderBlock(block: Block, names: Names): string {
  const text = (object: TextObject | undefined) => (object === undefined ? "" : renderText(object, names));
  switch (block.type) {
    case "header":
      return `<h3>${text(block.text)}</h3>`;
    case "divider":
      return "<hr>";
    case "section": {
      const fields = (block.fields ?? []).map((field) => `<div class="field">${text(field)}</div>`).join("");
      const accessory =
        block.accessory === undefined ? "" : `<div>${renderElement(block.accessory, names)}</div>`;
      const body = block.text === undefined ? "" : `<div class="text">${text(block.text)}</div>`;
      return `<section><div class="row">${body}${accessory}</div><div class="fields">${fields}</div></section>`;
    }
    case "context": {
      const elements = (block.elements ?? []).map((element) => `<div>${text(element as TextObject)}</div>`);
      return `<div class="context">${elements.join("")}</div>`;
    }
    case "actions":
      return `<div class="actions">${(block.elements ?? []).map((one) => renderElement(one, names)).join("")}</div>`;
    case "input": {
      const optional = block.optional === true ? ' <span class="optional">(optional)</span>' : "";
      const element = block.element === undefined ? "" : renderElement(block.element, names);
      const hint = block.hint === undefined ? "" : `<div class="hint">${text(block.hint)}</div>`;
      return `<div class="input"><label>${text(block.label)}${optional}</label>${element}${hint}</div>`;
    }
    default:
      throw new Error(`The picture of a block "${block.type}" is not drawn yet: add it to render-blocks.ts.`);
  }
}

function renderElement(element: Element, names: Names): string {
  const words = typeof element.text === "object" ? renderText(element.text, names) : "";
  switch (element.type) {
    case "button":
      return `<span class="button ${element.style ?? ""}">${words}</span>`;
    case "static_select": {
      const chosen = element.initial_option?.text ?? element.placeholder;
      return `<span class="select">${chosen === undefined ? "" : renderText(chosen, names)}<i>▾</i></span>`;
    }
    case "plain_text_input":
      return `<div class="area">${escapeHtml(element.initial_value ?? "").replace(/\n/g, "<br>")}</div>`;
    default:
      throw new Error(
        `The picture of an element "${element.type}" is not drawn yet: add it to render-blocks.ts.`,
      );
  }
}
