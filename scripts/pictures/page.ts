/** The frames around blocks: a message, a modal, App Home. Plain styles of our own; nothing is loaded from anywhere. */
import { renderBlocks } from "./render-blocks.ts";
import { escapeHtml, type Names, renderText, type TextObject } from "./text-html.ts";

const STYLES = `
  * { box-sizing: border-box; }
  body { margin: 0; padding: 20px; background: #fff; color: #1d1f21; font: 15px/1.45 "DejaVu Sans", "Noto Sans", sans-serif; }
  #picture { width: 700px; }
  .message { display: flex; gap: 12px; border: 1px solid #d9dde1; border-radius: 10px; padding: 16px; }
  .avatar { flex: none; width: 36px; height: 36px; border-radius: 8px; background: #1f3a4d; color: #fff; font-weight: bold; text-align: center; line-height: 36px; }
  .who { font-weight: bold; } .who span { font-weight: normal; font-size: 12px; color: #6b7280; }
  .blocks { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  h3 { font-size: 17px; margin: 8px 0; } hr { border: 0; border-top: 1px solid #e3e6e9; margin: 12px 0; }
  section { margin: 8px 0; } .row { display: flex; gap: 12px; justify-content: space-between; align-items: flex-start; }
  .text { min-width: 0; } .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 8px 16px; }
  .context { color: #5b636b; font-size: 12.5px; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 3px 8px; }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 0; }
  .button, .select { border: 1px solid #b9c0c6; border-radius: 6px; padding: 4px 12px; font-size: 13.5px; font-weight: bold; white-space: nowrap; display: inline-block; }
  .button.primary { background: #1f6f4a; border-color: #1f6f4a; color: #fff; } .button.danger { border-color: #b3261e; color: #b3261e; }
  .select { font-weight: normal; } .select i { font-style: normal; color: #6b7280; margin-left: 14px; }
  .mention { background: #e3f0fa; color: #14507a; border-radius: 3px; padding: 0 2px; } .link { color: #14507a; }
  code { background: #f1f3f4; border-radius: 3px; padding: 0 3px; }
  .modal { border: 1px solid #c9ced3; border-radius: 12px; box-shadow: 0 6px 24px rgba(0, 0, 0, .16); }
  .modal header, .modal footer { padding: 14px 20px; display: flex; align-items: center; }
  .modal header { border-bottom: 1px solid #e3e6e9; font-weight: bold; font-size: 17px; } .modal footer { border-top: 1px solid #e3e6e9; gap: 10px; justify-content: flex-end; }
  .modal .blocks { padding: 8px 20px; }
  .input label { font-weight: bold; display: block; margin: 10px 0 4px; } .optional, .hint { color: #6b7280; font-weight: normal; font-size: 12.5px; }
  .area { border: 1px solid #b9c0c6; border-radius: 6px; padding: 8px 10px; min-height: 96px; } .input .select { display: block; }
  .home { border: 1px solid #d9dde1; border-radius: 10px; } .tabs { border-bottom: 1px solid #e3e6e9; padding: 12px 20px; color: #6b7280; }
  .tabs b { color: #1d1f21; border-bottom: 2px solid #1f3a4d; padding-bottom: 12px; margin-right: 16px; } .home .blocks { padding: 8px 20px 14px; }
`;

export type Surface =
  | { kind: "message"; blocks: readonly unknown[] }
  | {
      kind: "modal";
      view: { title: TextObject; submit?: TextObject; close?: TextObject; blocks: readonly unknown[] };
    }
  | { kind: "home"; blocks: readonly unknown[] };

export function renderPage(surface: Surface, names: Names): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Deskhand</title><style>${STYLES}</style></head>
<body><div id="picture">${renderSurface(surface, names)}</div></body></html>`;
}

function renderSurface(surface: Surface, names: Names): string {
  switch (surface.kind) {
    case "message":
      return `<div class="message"><div class="avatar">D</div><div class="blocks"><div class="who">Deskhand <span>APP</span></div>
${renderBlocks(surface.blocks, names)}</div></div>`;
    case "modal": {
      const { title, submit, close, blocks } = surface.view;
      const buttons = [
        ...(close === undefined ? [] : [`<span class="button">${renderText(close, names)}</span>`]),
        ...(submit === undefined ? [] : [`<span class="button primary">${renderText(submit, names)}</span>`]),
      ];
      return `<div class="modal"><header>${renderText(title, names)}</header>
<div class="blocks">${renderBlocks(blocks, names)}</div><footer>${buttons.join("")}</footer></div>`;
    }
    case "home":
      return `<div class="home"><div class="tabs"><b>${escapeHtml("Home")}</b>Messages</div>
<div class="blocks">${renderBlocks(surface.blocks, names)}</div></div>`;
    default:
      return surface satisfies never;
  }
}
