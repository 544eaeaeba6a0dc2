/** Who acts, and by which door. Passed to every verb of the desk and written into the audit trail. */

export type Door = "email" | "slack" | "api" | "workflow" | "cli";

export type Role = "user" | "moderator" | "admin";

export type Actor =
  | { kind: "requester"; requesterId: string; via: Door }
  | { kind: "moderator" | "admin"; userId: string; name: string; via: Door }
  | { kind: "system"; via: Door };

export type StaffActor = Extract<Actor, { kind: "moderator" | "admin" }>;
