/** Forms that are open on somebody's screen, and the triggers that may open one. */
import type { SlackState } from "./state.ts";

type Json = Record<string, unknown>;

/** Slack lets a trigger open one form within three seconds. */
const TRIGGER_LIVES_MS = 3_000;

export interface OpenView {
  id: string;
  user: string;
  /** As the app gave it. */
  view: Json;
}

export interface OpenViews {
  newTrigger(user: string): string;
  /** views.open's answer. */
  open(triggerId: string, view: Json): Json;
  list(): OpenView[];
  replace(id: string, view: Json): void;
  close(id: string): void;
  /** views.publish: what a person's App Home shows from now on. */
  publish(user: string, view: Json): Json;
  /** Null where nothing was published for that person. */
  home(user: string): Json | null;
}

export function createOpenViews(state: SlackState, now: () => number): OpenViews {
  const triggers = new Map<string, { user: string; until: number; used: boolean }>();
  const views = new Map<string, OpenView>();
  const homes = new Map<string, Json>();

  function newId(letter: string): string {
    const ts = state.nextTs();
    state.commit({ op: "tick", ts });
    return letter + ts.replace(".", "");
  }

  return {
    newTrigger: (user) => {
      const id = newId("").concat(".trigger");
      triggers.set(id, { user, until: now() + TRIGGER_LIVES_MS, used: false });
      return id;
    },
    open: (triggerId, view) => {
      const trigger = triggers.get(triggerId);
      if (trigger === undefined) return { ok: false, error: "invalid_trigger_id" };
      if (trigger.used) return { ok: false, error: "exchanged_trigger_id" };
      if (now() > trigger.until) return { ok: false, error: "expired_trigger_id" };
      trigger.used = true;
      const id = newId("V");
      views.set(id, { id, user: trigger.user, view });
      return { ok: true, view: { ...view, id } };
    },
    list: () => [...views.values()],
    replace: (id, view) => {
      const open = views.get(id);
      if (open !== undefined) views.set(id, { ...open, view });
    },
    close: (id) => {
      views.delete(id);
    },
    publish: (user, view) => {
      const id = homes.get(user)?.id ?? newId("V");
      homes.set(user, { ...view, id });
      return { ok: true, view: { ...view, id } };
    },
    home: (user) => homes.get(user) ?? null,
  };
}
