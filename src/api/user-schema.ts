/** How a user looks from outside, and what may be said of one. */
import { z } from "@hono/zod-openapi";
import { normaliseEmail, PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "../core/account.ts";
import { normaliseSkill } from "../core/skills.ts";
import { canonicalTimeZone, parseWorkingSpans } from "../core/working-hours.ts";
import type { UserRow } from "../db/users.ts";
import { DateTimeSchema } from "./schemas.ts";

export const WorkingHoursSchema = z
  .strictObject({
    timeZone: z.string().max(64).openapi({ example: "Europe/Berlin" }),
    hours: z.string().max(500).openapi({ example: "Mon-Thu 09:00-17:00, Fri 09:00-15:00" }),
  })
  .openapi("WorkingHours");

/** As somebody sends them: checked, the time zone as the system spells it. */
export const NewWorkingHoursSchema = WorkingHoursSchema.transform(({ timeZone, hours }, context) => {
  const zone = canonicalTimeZone(timeZone);
  const spans = parseWorkingSpans(hours);
  const why =
    zone === null
      ? "timeZone must be the name of a time zone such as Europe/Berlin"
      : spans === "malformed"
        ? "hours must be days and hours such as Mon-Thu 09:00-17:00, Fri 09:00-15:00; or 24/7"
        : spans === "overlapping"
          ? "two of the hours overlap"
          : null;
  if (zone !== null && why === null) return { timeZone: zone, workingHours: hours.trim() };
  context.addIssue({ code: "custom", message: why ?? "" });
  return z.NEVER;
})
  .nullable()
  .openapi({ type: ["object", "null"] });

export const UserSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(["user", "moderator", "admin"]),
    skills: z.array(z.string()),
    capacity: z.int().openapi({ description: "Open tickets that they can hold." }),
    away: z.boolean().openapi({ description: "Away: no new tickets." }),
    handOver: z
      .boolean()
      .openapi({ description: "Away for long: their open tickets go to others. Ends when they are back." }),
    takesGeneral: z.boolean().openapi({
      description:
        "Is given tickets for which no needed skill is known, or only guessed and nobody there has it.",
    }),
    workingHours: WorkingHoursSchema.nullable().openapi({
      description: "No new tickets outside of them. Null: there whenever not away.",
    }),
    active: z.boolean().openapi({ description: "False: deactivated; signs in and acts nowhere." }),
    slackUserId: z.string().nullable(),
    emailVerified: z.boolean(),
    createdAt: DateTimeSchema,
    updatedAt: DateTimeSchema,
  })
  .openapi("User");

export function presentUser(user: UserRow): z.infer<typeof UserSchema> {
  const { id, email, name, role, skills, capacity, away, handOver, takesGeneral, slackUserId } = user;
  const { timeZone, workingHours: hours } = user;
  return {
    id,
    email,
    name,
    role,
    skills,
    capacity,
    away,
    handOver,
    takesGeneral,
    workingHours: timeZone === null || hours === null ? null : { timeZone, hours },
    active: user.deactivatedAt === null,
    slackUserId,
    emailVerified: user.emailVerifiedAt !== null,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}

export const EmailSchema = z
  .string()
  .transform((address, context) => {
    const email = normaliseEmail(address);
    if (email !== null) return email;
    context.addIssue({ code: "custom", message: "must be a mail address such as ada@example.com" });
    return z.NEVER;
  })
  .openapi({ type: "string", format: "email", example: "ada@example.com" });

export const NewPasswordSchema = z
  .string()
  .min(PASSWORD_LENGTH_MIN, `must have ${PASSWORD_LENGTH_MIN} characters or more`)
  .max(PASSWORD_LENGTH_MAX, `must have ${PASSWORD_LENGTH_MAX} characters or fewer`)
  .openapi({ format: "password" });

/** For signing in: whatever was a password once is one. */
export const PasswordSchema = z.string().min(1).max(PASSWORD_LENGTH_MAX).openapi({ format: "password" });

/** A refinement and no pattern: JSON Schema's patterns know no Unicode classes. */
function isOneLine(text: string): boolean {
  return !/\p{Cc}/u.test(text);
}

/** One line: it stands in headers of mails. */
export const NameSchema = z
  .string()
  .trim()
  .max(200)
  .refine(isOneLine, "must be one line without control characters")
  .openapi({ example: "Ada Lovelace" });

/** The name of a skill. */
export const SkillSchema = z
  .string()
  .trim()
  .max(60)
  .refine(isOneLine, "must be one line without control characters")
  .refine((name) => normaliseSkill(name) !== "", "must have a letter or a digit");

export const SkillsSchema = z
  .array(SkillSchema)
  .max(50)
  .openapi({ example: ["React", "Node.js"] });
