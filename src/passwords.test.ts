import { describe, expect, it } from "vitest";
import { createPasswordHasher } from "./passwords.ts";

const cheap = { logN: 4, r: 8, p: 1 };

describe("createPasswordHasher", () => {
  const passwords = createPasswordHasher(cheap);

  it("accepts the password that was hashed and no other", async () => {
    const encoded = await passwords.hash("correct horse");
    expect(await passwords.verify("correct horse", encoded)).toBe(true);
    expect(await passwords.verify("correct horsf", encoded)).toBe(false);
    expect(await passwords.verify("", encoded)).toBe(false);
  });

  it("salts: the same password never makes the same hash", async () => {
    expect(await passwords.hash("correct horse")).not.toBe(await passwords.hash("correct horse"));
  });

  it("keeps its parameters in the hash, so that older hashes still verify after the cost is raised", async () => {
    const encoded = await passwords.hash("correct horse");
    expect(encoded).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/);
    expect(await createPasswordHasher({ logN: 5, r: 8, p: 2 }).verify("correct horse", encoded)).toBe(true);
  });

  it("takes no password for an account without one", async () => {
    expect(await passwords.verify("", null)).toBe(false);
    expect(await passwords.verify("correct horse", null)).toBe(false);
  });

  it("does the same work for an unknown account as for a known one", async () => {
    const costly = createPasswordHasher({ logN: 13, r: 8, p: 1 });
    const encoded = await costly.hash("correct horse");
    const known = await leastCpuMs(() => costly.verify("wrong horse", encoded));
    const unknown = await leastCpuMs(() => costly.verify("wrong horse", null));
    expect(unknown).toBeGreaterThan(known / 2);
    expect(unknown).toBeLessThan(known * 2);
  });

  it("treats one word in two Unicode spellings as one password", async () => {
    expect(
      await passwords.verify("caf\u0065\u0301-password", await passwords.hash("caf\u00e9-password")),
    ).toBe(true);
  });

  it("costs by default what it says", async () => {
    expect(await createPasswordHasher().hash("correct horse")).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
  });

  it("refuses a stored hash of another kind instead of letting anybody in", async () => {
    await expect(passwords.verify("x", "5f4dcc3b5aa765d61d8327deb882cf99")).rejects.toThrow(
      /not in the known form/,
    );
  });
});

/** Processor time, that of the thread pool included: what the rest of the machine does is not in it. */
async function leastCpuMs(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}
