/** What the moderators' channel hears of a skill that the desk does not have. */
export function writeSkillNotice(skill: {
  name: string;
  tickets: readonly number[];
  appUrl: string;
}): string {
  const on = skill.tickets.map((number) => `#${number}`).join(", ");
  return [
    `A ticket asks for a skill that the desk does not have: ${skill.name}${on === "" ? "" : ` (${on})`}.`,
    "Nobody is chosen by it until an admin accepts it, makes it another name of a skill, or refuses it:",
    `POST ${skill.appUrl}/api/admin/skills/{id}/decision; the list is at GET /api/admin/skills?status=proposed.`,
  ].join("\n");
}
