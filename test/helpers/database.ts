/** A database of its own for each test file, copied from the migrated template of the run. */
import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { type ConnectOptions, connectDatabase, type SqlPool } from "../../src/db/client.ts";

export type TestDatabase = {
  sql: SqlPool;
  url: string;
  /** Ends `sql` and drops the database, other connections to it included. */
  drop(): Promise<void>;
};

/**
 * `const db = await createTestDatabase()` in `beforeAll`, `await db.drop()` in `afterAll`.
 * `empty: true` gives one without any migration.
 */
export async function createTestDatabase(
  options: ConnectOptions & { empty?: boolean } = {},
): Promise<TestDatabase> {
  const { adminUrl, template } = inject("testCluster");
  const name = `deskhand_test_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, (admin) => copyDatabase(admin, name, options.empty ? "template1" : template));
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const sql = connectDatabase(url.href, options);
  return {
    sql,
    url: url.href,
    drop: async () => {
      await sql.end({ timeout: 1 });
      await asAdmin(adminUrl, (admin) => admin`DROP DATABASE IF EXISTS ${admin(name)} WITH (FORCE)`);
    },
  };
}

async function asAdmin(adminUrl: string, work: (admin: SqlPool) => Promise<unknown>): Promise<void> {
  const admin = connectDatabase(adminUrl, { max: 1 });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}

async function copyDatabase(admin: SqlPool, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin`CREATE DATABASE ${admin(name)} TEMPLATE ${admin(template)}`;
      return;
    } catch (error) {
      // 55006: somebody is connected to the template, such as another file that copies it from `template1`.
      if ((error as { code?: string }).code !== "55006" || attempt >= 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
